package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/onelan/onelan/onenet"
)

// Products lists all products, with their keys.
func (c *Client) Products(ctx context.Context) ([]Product, error) {
	list, err := call[Products](ctx, c, http.MethodGet, "/products", secrets, nil)
	return list.Products, err
}

// AddProduct creates a product; what is left empty is made up.
func (c *Client) AddProduct(ctx context.Context, p Product) (Product, error) {
	return call[Product](ctx, c, http.MethodPost, "/products", secrets, p)
}

// Product finds a product, with its keys.
func (c *Client) Product(ctx context.Context, id onenet.ProductID) (Product, error) {
	return call[Product](ctx, c, http.MethodGet, at(id), secrets, nil)
}

// ChangeProduct changes the given fields of a product.
func (c *Client) ChangeProduct(ctx context.Context, id onenet.ProductID, change ProductChange) (Product, error) {
	return call[Product](ctx, c, http.MethodPut, at(id), secrets, change)
}

// RemoveProduct deletes a product with all it owns.
func (c *Client) RemoveProduct(ctx context.Context, id onenet.ProductID) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, at(id), nil, nil)
	return err
}

// DeviceQuery chooses devices of a product. Zero fields choose all.
type DeviceQuery struct {
	Keywords string // prefix of id or title
	Online   *bool
	Offset   int
	Limit    int
}

// Devices lists devices of a product, with their auth infos, and how many there are in all.
func (c *Client) Devices(ctx context.Context, product onenet.ProductID, q DeviceQuery) (Devices, error) {
	v := maps.Clone(secrets)
	set(v, "keywords", q.Keywords)
	set(v, "offset", q.Offset)
	set(v, "limit", q.Limit)
	if q.Online != nil {
		v.Set("online", fmt.Sprint(*q.Online))
	}
	return call[Devices](ctx, c, http.MethodGet, at(product, "devices"), v, nil)
}

// AddDevice creates a device; what is left empty is made up.
func (c *Client) AddDevice(ctx context.Context, product onenet.ProductID, d Device) (Device, error) {
	return call[Device](ctx, c, http.MethodPost, at(product, "devices"), secrets, d)
}

// Device finds a device of a product, with its auth info.
func (c *Client) Device(ctx context.Context, ref onenet.DeviceRef) (Device, error) {
	return call[Device](ctx, c, http.MethodGet, device(ref), secrets, nil)
}

// FindDevice finds the one device with this id in whatever product; when several products have it, the error names them.
func (c *Client) FindDevice(ctx context.Context, id onenet.DeviceID) (Device, error) {
	return call[Device](ctx, c, http.MethodGet, "/devices/"+url.PathEscape(string(id)), secrets, nil)
}

// ChangeDevice changes the given fields of a device.
func (c *Client) ChangeDevice(ctx context.Context, ref onenet.DeviceRef, change DeviceChange) (Device, error) {
	return call[Device](ctx, c, http.MethodPut, device(ref), secrets, change)
}

// RemoveDevice deletes a device with all it owns.
func (c *Client) RemoveDevice(ctx context.Context, ref onenet.DeviceRef) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, device(ref), nil, nil)
	return err
}

// ImportDevices creates the devices of a CSV table (product,device,title,auth_info,tags), all or none, and returns how many.
func (c *Client) ImportDevices(ctx context.Context, table io.Reader) (int, error) {
	resp, err := c.do(ctx, http.MethodPost, "/devices/import", nil, table, "text/csv")
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	var out Imported
	err = json.NewDecoder(resp.Body).Decode(&out)
	return out.Added, err
}

// Keys lists the device keys of a product.
func (c *Client) Keys(ctx context.Context, product onenet.ProductID) ([]Key, error) {
	list, err := call[Keys](ctx, c, http.MethodGet, at(product, "keys"), secrets, nil)
	return list.Keys, err
}

// AddKey creates a device key; an empty one is made up.
func (c *Client) AddKey(ctx context.Context, product onenet.ProductID, k Key) (Key, error) {
	return call[Key](ctx, c, http.MethodPost, at(product, "keys"), secrets, k)
}

// RemoveKey deletes a device key of a product.
func (c *Client) RemoveKey(ctx context.Context, product onenet.ProductID, key string) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, at(product, "keys", key), nil, nil)
	return err
}

func device(ref onenet.DeviceRef, rest ...string) string {
	return at(ref.Product, append([]string{"devices", string(ref.Device)}, rest...)...)
}
