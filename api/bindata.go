package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) bindataRoutes() []route {
	return []route{
		{method: "POST", path: "/bindata", do: d.addFile},
		{method: "GET", path: "/bindata/{index}", do: d.file, refuse: refuseAnswer},
	}
}

// addFile is POST /bindata (reference, section 5.8).
func (d *door) addFile(ctx context.Context, c *call) (reply, error) {
	for _, name := range []string{"device_id", "datastream_id"} {
		if c.params[name] == "" {
			return reply{}, &wire.APIError{Code: wire.ErrnoParameterRequired, Detail: name}
		}
	}
	id, stream := onenet.DeviceID(c.params["device_id"]), onenet.StreamID(c.params["datastream_id"])
	dev, _, err := d.p.OpenStreams(ctx, c.access, id, []onenet.StreamID{stream}, c.method())
	if err != nil {
		return reply{}, err
	}
	data, err := c.file()
	if err != nil {
		return reply{}, err
	}
	f := onenet.File{Data: data}
	if desc := c.params["desc"]; desc != "" {
		f.Desc, _ = json.Marshal(desc) // strings always marshal
	}
	index, err := d.p.AddFile(ctx, onenet.Upload{
		Ref: dev.Ref(), Addr: c.r.RemoteAddr, Call: "POST /bindata", Size: len(data), Payload: data,
	}, stream, f)
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{DataLast: true, Data: struct {
		Index string `json:"index"`
	}{index}})
}

// file is the file in the body: the body itself, or the file in a form where it is one.
func (c *call) file() ([]byte, error) {
	const around = 16 << 10 // bytes of a form around the file
	boundary := c.boundary()
	if boundary == "" {
		return c.body(onenet.MaxFileUpload)
	}
	body, err := c.body(onenet.MaxFileUpload + around)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(body, []byte("--"+boundary)) {
		return body, nil // the header says form, the body is none: some clients set it for everything
	}
	return fileIn(body, boundary)
}

// boundary separates the parts of a form; it is empty when the body is none.
func (c *call) boundary() string {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return ""
	}
	return params["boundary"]
}

// fileIn is the first part of a form with a file name or, where none has one, the first part.
func fileIn(body []byte, boundary string) ([]byte, error) {
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	var first []byte
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && len(first) > 0 {
			return first, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, &wire.APIError{Code: wire.ErrnoBodyRequired}
		}
		if err != nil {
			return nil, onenet.Invalid("body", "it is no whole form: %v", err)
		}
		data, err := io.ReadAll(part)
		switch {
		case err != nil:
			return nil, onenet.Invalid("body", "it is no whole form: %v", err)
		case part.FileName() != "" && len(data) > 0:
			return data, nil
		case n == 0:
			first = data
		}
	}
}

// file is GET /bindata/{index}: the bytes as they came. What is refused has an HTTP status of its own, as other downloads do.
func (d *door) file(ctx context.Context, c *call) (reply, error) {
	index := c.path("index")
	id, _, stream, err := wire.ParseFileIndex(index)
	if err != nil {
		return reply{}, onenet.NotFound("file", index)
	}
	dev, _, err := d.p.OpenStreams(ctx, c.access, id, []onenet.StreamID{stream}, c.method())
	if err != nil {
		return reply{}, err
	}
	f, err := d.p.File(ctx, dev.Product, index)
	return reply{http.StatusOK, typeRaw, f.Data}, err
}
