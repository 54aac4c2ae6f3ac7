package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// Client calls the /_lab/ door of a running onelan. It is safe for concurrent use.
//
// What the door answers with an error comes back as an *Error.
type Client struct {
	base string
	http *http.Client
}

// New makes a client of the door at a base URL such as http://127.0.0.1:8090.
func New(baseURL string) *Client {
	// No timeout: a call lasts as long as its context lets it, a watch for days.
	return &Client{base: strings.TrimRight(baseURL, "/") + "/_lab", http: &http.Client{
		Transport: &http.Transport{Proxy: nil}, // loopback is never behind a proxy
	}}
}

// Close lets go of the connections that are kept for the next call.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ready tells what runs where.
func (c *Client) Ready(ctx context.Context) (Ready, error) {
	return call[Ready](ctx, c, http.MethodGet, "/ready", nil, nil)
}

// Explain asks what the platform would say to a login.
func (c *Client) Explain(ctx context.Context, e Explain) (Verdict, error) {
	return call[Verdict](ctx, c, http.MethodPost, "/explain", nil, e)
}

// call makes one call with in as its JSON body, if any, and reads the JSON answer.
func call[Out any](ctx context.Context, c *Client, method, path string, q url.Values, in any) (Out, error) {
	var out Out
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return out, err
		}
		body = bytes.NewReader(text)
	}
	resp, err := c.do(ctx, method, path, q, body, "application/json")
	if err != nil {
		return out, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusNoContent {
		return out, nil
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("%s /_lab%s: %w", method, path, err)
	}
	return out, nil
}

// do makes one call; an answer with an error status becomes an *Error.
func (c *Client) do(ctx context.Context, method, path string, q url.Values, body io.Reader, contentType string) (*http.Response, error) {
	target := c.base + path
	if len(q) > 0 {
		target += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	return c.send(req)
}

func (c *Client) send(req *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		if urlErr, ok := errors.AsType[*url.Error](err); ok {
			err = urlErr.Err // without the URL: it says nothing to people
		}
		return nil, err
	}
	if resp.StatusCode < http.StatusBadRequest {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	e := &Error{Status: resp.StatusCode}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if json.Unmarshal(text, e) != nil || e.Message == "" {
		e.Message = fmt.Sprintf("%s answered %s to %s: it may not be onelan", req.URL.Host, resp.Status, req.URL.Path)
	}
	return nil, e
}

// at is a path below a product: its segments escaped.
func at(product onenet.ProductID, rest ...string) string {
	path := "/products/" + url.PathEscape(string(product))
	for _, s := range rest {
		path += "/" + url.PathEscape(s)
	}
	return path
}

// set puts what is not empty into a query.
func set[T comparable](q url.Values, name string, v T) {
	var zero T
	if v != zero {
		q.Set(name, fmt.Sprint(v))
	}
}

var secrets = url.Values{"secrets": {"1"}}
