package lab

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Refused is what was turned down, or warned of, for one cause with one device.
type Refused struct {
	Times  int       `json:"times"`
	First  time.Time `json:"first"`
	Record Record    `json:"record"` // the newest of them, with the reason and the likely mix-up
}

// Refusals is the answer to a listing of refusals, the newest first.
type Refusals struct {
	Refusals []Refused `json:"refusals"`
	Total    int       `json:"total"` // without limit
	Last     uint64    `json:"last"`  // the newest record looked at
	Lost     uint64    `json:"lost"`  // records that were gone before they could be looked at
}

// RefusalQuery chooses refusals. Zero fields choose all.
type RefusalQuery struct {
	After   uint64
	Limit   int // 0 means 100
	Product onenet.ProductID
	Device  onenet.DeviceID
	Cause   onenet.Cause
}

// Refusals lists what was turned down or warned of, by device and cause.
func (c *Client) Refusals(ctx context.Context, rq RefusalQuery) (Refusals, error) {
	q := url.Values{}
	set(q, "after", rq.After)
	set(q, "limit", rq.Limit)
	set(q, "product", rq.Product)
	set(q, "device", rq.Device)
	set(q, "cause", rq.Cause)
	return call[Refusals](ctx, c, http.MethodGet, "/refusals", q, nil)
}

// Topics is a product's list of topics, in the order in which they came into it.
type Topics struct {
	Topics []string `json:"topics"`
}

// Topics lists the topics of a product.
func (c *Client) Topics(ctx context.Context, product onenet.ProductID) ([]string, error) {
	list, err := call[Topics](ctx, c, http.MethodGet, at(product, "topics"), nil, nil)
	return list.Topics, err
}

// Trigger is a trigger as /_lab/ shows it.
type Trigger struct {
	ID        int                `json:"id"`
	Title     string             `json:"title,omitempty"`
	Stream    onenet.StreamID    `json:"stream"`
	Devices   []onenet.DeviceID  `json:"devices,omitempty"` // none means every device of the product
	URL       string             `json:"url"`
	Type      onenet.TriggerType `json:"type"`
	Threshold json.RawMessage    `json:"threshold,omitempty"`
	CreatedAt time.Time          `json:"created_at"`
}

// Triggers is the answer to a listing of triggers.
type Triggers struct {
	Triggers []Trigger `json:"triggers"`
}

// Triggers lists the triggers of a product by id.
func (c *Client) Triggers(ctx context.Context, product onenet.ProductID) ([]Trigger, error) {
	list, err := call[Triggers](ctx, c, http.MethodGet, at(product, "triggers"), nil, nil)
	return list.Triggers, err
}
