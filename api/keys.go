package api

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) keyRoutes() []route {
	return []route{
		{method: "POST", path: "/keys", do: d.addKey},
		{method: "GET", path: "/keys", do: d.keys},
		{method: "PUT", path: "/keys/{key}", do: d.changeKey},
		{method: "DELETE", path: "/keys/{key}", do: d.removeKey},
		{method: "GET", path: "/keys/{key}/devices", do: d.keyDevices},
		{method: "PUT", path: "/keys/{key}/devices", do: d.bindKey},
	}
}

// keyBody is what a caller says of a key. What is absent stays as it is.
type keyBody struct {
	Title       *string              `json:"title"`
	Permissions *[]onenet.Permission `json:"permissions"`
}

// onto is the key with what the body says.
func (b keyBody) onto(k onenet.Key) onenet.Key {
	if b.Title != nil {
		k.Title = *b.Title
	}
	if b.Permissions != nil {
		k.Permissions = slices.DeleteFunc(*b.Permissions, func(p onenet.Permission) bool { return len(p.Resources) == 0 }) // they grant nothing
	}
	for i, p := range k.Permissions {
		for j, m := range p.Methods {
			k.Permissions[i].Methods[j] = strings.ToLower(m)
		}
	}
	return k
}

// keyName is the key as the answers of POST and PUT give it.
func keyName(k onenet.Secret) (reply, error) {
	return envelope(wire.Envelope{Data: struct {
		Key string `json:"key"`
	}{string(k)}})
}

// addKey is POST /keys (reference, section 5.8).
func (d *door) addKey(ctx context.Context, c *call) (reply, error) {
	var body keyBody
	if err := c.master(); err != nil {
		return reply{}, err
	}
	if err := c.json(mostJSON, &body); err != nil {
		return reply{}, err
	}
	k := body.onto(onenet.Key{Product: c.access.Product})
	if err := d.p.CheckKey(ctx, k); err != nil {
		return reply{}, err
	}
	k, err := d.p.AddKey(ctx, k)
	if err != nil {
		return reply{}, err
	}
	return keyName(k.Key)
}

// namedKey is the key in the path.
func (d *door) namedKey(ctx context.Context, c *call) (onenet.Key, error) {
	if err := c.master(); err != nil {
		return onenet.Key{}, err
	}
	return d.p.Key(ctx, c.access.Product, onenet.Secret(c.path("key")))
}

// changeKey is PUT /keys/{key}: permissions, when given, take the place of all that the key had.
func (d *door) changeKey(ctx context.Context, c *call) (reply, error) {
	k, err := d.namedKey(ctx, c)
	if err != nil {
		return reply{}, err
	}
	var body keyBody
	if err := c.json(mostJSON, &body); err != nil {
		return reply{}, err
	}
	if err := d.p.ChangeKey(ctx, body.onto(k)); err != nil {
		return reply{}, err
	}
	return keyName(k.Key)
}

// removeKey is DELETE /keys/{key}.
func (d *door) removeKey(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	if err := d.p.RemoveKey(ctx, c.access.Product, onenet.Secret(c.path("key"))); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// keyItem is a key in a list, its members in OneNET's order.
type keyItem struct {
	Title       string              `json:"title"`
	CreateTime  string              `json:"create_time"`
	Key         string              `json:"key"`
	Permissions []onenet.Permission `json:"permissions"`
}

// keys is GET /keys: the product's device keys, oldest first.
func (d *door) keys(ctx context.Context, c *call) (reply, error) {
	if err := c.master(); err != nil {
		return reply{}, err
	}
	page, err := c.paging(mostPerPage)
	if err != nil {
		return reply{}, err
	}
	all, err := d.p.Keys(ctx, c.access.Product)
	if err != nil {
		return reply{}, err
	}
	wanted, device := onenet.Secret(c.params["key"]), onenet.DeviceID(c.params["device_id"])
	all = slices.DeleteFunc(all, func(k onenet.Key) bool {
		return wanted != "" && !k.Key.Equal(wanted) || device != "" && !k.Covers(device)
	})
	items := []keyItem{}
	for _, k := range pageOf(page, all) {
		items = append(items, keyItem{k.Title, wire.FormatTime(k.CreatedAt), string(k.Key), append([]onenet.Permission{}, k.Permissions...)})
	}
	return envelope(wire.Envelope{Data: struct {
		PerPage int       `json:"per_page"`
		Total   int       `json:"total_count"`
		Keys    []keyItem `json:"keys"`
		Page    int       `json:"page"`
	}{page.size, len(all), items, page.number}})
}

// plainText is a text as JSON, without escapes for HTML.
func plainText(s string) (json.RawMessage, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return json.RawMessage(strings.TrimSuffix(b.String(), "\n")), err
}
