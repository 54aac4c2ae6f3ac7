package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// JournalQuery chooses records. Zero fields choose all.
type JournalQuery struct {
	After   uint64 // what follows this number
	Limit   int    // 0 means 100
	Kinds   []onenet.Kind
	Product onenet.ProductID
	Device  onenet.DeviceID
	Topic   string
	Command onenet.CommandID
	Cause   string        // of a refusal or a warning; one that ends in a dot, such as "login.", chooses all that begin so
	Call    string        // of the REST API; one that ends in a space or a slash chooses all that begin so
	Text    string        // somewhere in the record's sentence, large or small letters alike
	Wait    time.Duration // how long to wait for the first one
}

func (j JournalQuery) values() url.Values {
	q := url.Values{}
	set(q, "after", j.After)
	set(q, "limit", j.Limit)
	set(q, "product", j.Product)
	set(q, "device", j.Device)
	set(q, "topic", j.Topic)
	set(q, "cmd", j.Command)
	set(q, "cause", j.Cause)
	set(q, "call", j.Call)
	set(q, "text", j.Text)
	set(q, "wait", j.Wait)
	for _, k := range j.Kinds {
		q.Add("kind", string(k))
	}
	return q
}

// Journal reads a piece of the history.
func (c *Client) Journal(ctx context.Context, j JournalQuery) (JournalPage, error) {
	return call[JournalPage](ctx, c, http.MethodGet, "/journal", j.values(), nil)
}

// Watch calls f with every record after the number as it comes, until ctx ends, f returns an
// error or the server goes away; it returns that error. Records that were gone before
// they could be read are told as one record of kind dropped without a number.
func (c *Client) Watch(ctx context.Context, after uint64, f func(Record) error) error {
	return c.Follow(ctx, JournalQuery{After: after}, f)
}

// Follow is Watch of chosen records; it takes no notice of Limit and Wait.
func (c *Client) Follow(ctx context.Context, j JournalQuery, f func(Record) error) error {
	j.Limit, j.Wait = 0, 0
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/journal?"+j.values().Encode(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := c.send(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	err = readEvents(resp.Body, func(name string, data []byte) error {
		r, err := event(name, data)
		if err != nil {
			return err
		}
		return f(r)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// event turns a Server-Sent Event into a record.
func event(name string, data []byte) (Record, error) {
	var r Record
	if name == "record" {
		err := json.Unmarshal(data, &r)
		return r, err
	}
	var lost Lost
	if err := json.Unmarshal(data, &lost); err != nil {
		return r, err
	}
	return Record{
		Kind: onenet.KindDropped, At: lost.At, Count: int(lost.Lost),
		Text: fmt.Sprintf("%d records of the journal were gone before they could be read", lost.Lost),
	}, nil
}

// readEvents calls f with each Server-Sent Event that has data. It ends with f's
// error, or with io.ErrUnexpectedEOF: the stream has no end of its own.
func readEvents(from io.Reader, f func(name string, data []byte) error) error {
	lines := bufio.NewReader(from)
	var name string
	var data []byte
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		field, value, _ := strings.Cut(string(line), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case field == "event":
			name = value
		case field == "data":
			data = append(data, value...)
		case len(line) == 0: // ends an event; one without data is none
			if len(data) > 0 {
				err = f(name, data)
			}
			name, data = "", nil
		}
		if err != nil {
			return err
		}
	}
}
