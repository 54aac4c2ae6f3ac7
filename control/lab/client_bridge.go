package lab

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Bridge tells how the bridge to the real OneNET stands. Where it is off every other call about it is an error with status 409.
func (c *Client) Bridge(ctx context.Context) (Bridge, error) {
	return call[Bridge](ctx, c, http.MethodGet, "/bridge", nil, nil)
}

// BridgeDevice tells how it stands with one device.
func (c *Client) BridgeDevice(ctx context.Context, ref onenet.DeviceRef) (BridgeDevice, error) {
	return call[BridgeDevice](ctx, c, http.MethodGet, carried(ref), nil, nil)
}

// BridgePut puts a device on the bridge, or changes how it is carried, until the configuration is read again or onelan restarts.
func (c *Client) BridgePut(ctx context.Context, ref onenet.DeviceRef, m BridgeMapping) (BridgeDone, error) {
	return call[BridgeDone](ctx, c, http.MethodPut, carried(ref), nil, m)
}

// BridgeRemove takes a device off the bridge, as long as BridgePut puts it on. What it has in the queue stays.
func (c *Client) BridgeRemove(ctx context.Context, ref onenet.DeviceRef) (BridgeDone, error) {
	return call[BridgeDone](ctx, c, http.MethodDelete, carried(ref), nil, nil)
}

// BridgeTopics replaces the routes of all devices, as long as BridgePut puts a device on.
func (c *Client) BridgeTopics(ctx context.Context, topics []string) (BridgeDone, error) {
	return call[BridgeDone](ctx, c, http.MethodPut, "/bridge/topics", nil, BridgeTopics{Topics: append([]string{}, topics...)})
}

// BridgePause makes devices leave the cloud until BridgeResume; none named means all.
func (c *Client) BridgePause(ctx context.Context, devices ...BridgeRef) (BridgeDone, error) {
	return call[BridgeDone](ctx, c, http.MethodPost, "/bridge/pause", nil, BridgePick{Devices: devices})
}

// BridgeResume ends a pause, and makes the next attempt of the others at once.
func (c *Client) BridgeResume(ctx context.Context, devices ...BridgeRef) (BridgeDone, error) {
	return call[BridgeDone](ctx, c, http.MethodPost, "/bridge/resume", nil, BridgePick{Devices: devices})
}

// BridgeDrain brings devices on line until nothing waits any more, at most for the wait, which may be up to an hour; 0 means a
// minute. What is left then stands in the answer.
func (c *Client) BridgeDrain(ctx context.Context, wait time.Duration, devices ...BridgeRef) (BridgeDone, error) {
	q := url.Values{}
	set(q, "wait", wait)
	return call[BridgeDone](ctx, c, http.MethodPost, "/bridge/drain", q, BridgePick{Devices: devices})
}

// BridgeReload makes the bridge read the configuration again. Links that are not concerned go on without noticing.
func (c *Client) BridgeReload(ctx context.Context) (BridgeReload, error) {
	return call[BridgeReload](ctx, c, http.MethodPost, "/bridge/reload", nil, nil)
}

// BridgeTest logs a device in to the cloud once, and out again.
func (c *Client) BridgeTest(ctx context.Context, device BridgeRef) (BridgeTest, error) {
	return call[BridgeTest](ctx, c, http.MethodPost, "/bridge/test", nil, BridgePick{Devices: []BridgeRef{device}})
}

// BridgeQuery asks for entries of one device. Zero fields mean: those that wait, from the first, 100.
type BridgeQuery struct {
	BridgeRef

	Dead  bool  // those in quarantine
	After int64 // those behind this number
	Limit int   // at most 1000
}

// BridgeEntries shows a piece of a device's queue.
func (c *Client) BridgeEntries(ctx context.Context, bq BridgeQuery) (BridgeEntries, error) {
	q := bq.values()
	set(q, "dead", bq.Dead)
	set(q, "after", bq.After)
	set(q, "limit", bq.Limit)
	return call[BridgeEntries](ctx, c, http.MethodGet, "/bridge/entries", q, nil)
}

// BridgeRetry lets entries in quarantine wait again: those of the devices, or of all.
func (c *Client) BridgeRetry(ctx context.Context, pick BridgePick) (BridgeDone, error) {
	return call[BridgeDone](ctx, c, http.MethodPost, "/bridge/retry", nil, pick)
}

// BridgeDrop gives entries of the devices up for good.
func (c *Client) BridgeDrop(ctx context.Context, pick BridgePick) (BridgeDone, error) {
	return call[BridgeDone](ctx, c, http.MethodPost, "/bridge/drop", nil, pick)
}

// BridgeExport writes the queue of a device to w, or with the zero ref that of all, as JSON lines. Unlike in BridgeEntries the
// payloads are whole.
func (c *Client) BridgeExport(ctx context.Context, device BridgeRef, w io.Writer) error {
	resp, err := c.do(ctx, http.MethodGet, "/bridge/export", device.values(), nil, "")
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(w, resp.Body)
	return err
}

func (b BridgeRef) values() url.Values {
	q := url.Values{}
	set(q, "product", b.Product)
	set(q, "device", b.Device)
	return q
}

// carried is the path of a device on the bridge.
func carried(ref onenet.DeviceRef) string {
	return "/bridge/devices/" + url.PathEscape(string(ref.Product)) + "/" + url.PathEscape(string(ref.Device))
}
