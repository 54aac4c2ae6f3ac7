package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Version asks which onelan answers.
func (c *Client) Version(ctx context.Context) (Version, error) {
	return call[Version](ctx, c, http.MethodGet, "/version", nil, nil)
}

// Expect asks whether something has happened, and waits for it as long as e says.
func (c *Client) Expect(ctx context.Context, e Expect) (Expected, error) {
	return call[Expected](ctx, c, http.MethodPost, "/expect", nil, e)
}

// Reset brings the platform back to its seed and cuts every link.
func (c *Client) Reset(ctx context.Context) (ResetDone, error) {
	return call[ResetDone](ctx, c, http.MethodPost, "/reset", nil, nil)
}

// Seed creates what a seed file (YAML or JSON) names and is not there yet. With reset the file becomes the seed, and the
// platform is reset to it.
func (c *Client) Seed(ctx context.Context, file []byte, reset bool) (ResetDone, error) {
	q := url.Values{}
	if reset {
		q.Set("reset", "1")
	}
	return send[ResetDone](ctx, c, "/seed", q, bytes.NewReader(file), "application/yaml")
}

// SaveSnapshot writes all of the platform's content to w.
func (c *Client) SaveSnapshot(ctx context.Context, w io.Writer) error {
	resp, err := c.do(ctx, http.MethodGet, "/snapshot", nil, nil, "")
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(w, resp.Body)
	return err
}

// LoadSnapshot gives the platform the content of a snapshot, in place of what it has, and cuts every link.
func (c *Client) LoadSnapshot(ctx context.Context, r io.Reader) (ResetDone, error) {
	return send[ResetDone](ctx, c, "/snapshot", nil, r, "application/octet-stream")
}

// send posts a body that is no JSON of ours and reads the JSON answer.
func send[Out any](ctx context.Context, c *Client, path string, q url.Values, body io.Reader, contentType string) (Out, error) {
	var out Out
	resp, err := c.do(ctx, http.MethodPost, path, q, body, contentType)
	if err != nil {
		return out, err
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("%s /_lab%s: %w", http.MethodPost, path, err)
	}
	return out, nil
}
