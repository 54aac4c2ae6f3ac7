package api

import (
	"slices"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// otherHeaders are where people put the key, besides api-key. Letter case is no matter.
var otherHeaders = []string{
	"apikey", "api_key", "x-api-key", "x-apikey", "master-apikey", "master-key", "masterkey", "access-key", "app-key", "appkey", "key", "token", "x-auth-token",
}

// otherParams are the parameters of a query in which people put it.
var otherParams = []string{"api-key", "apikey", "api_key", "apiKey", "api-Key", "access_token", "token", "key", "master_key"}

// keyless is the error of a call without the header api-key: errno 2, or 3 for a token, with where the key stands instead.
//
// OneNET takes a token in the header Authorization in place of a key. It is signed with the product's access key, which
// no product here has, so none can be verified, and each is refused as one that is wrong.
func (d *door) keyless(c *call) error {
	required := &wire.APIError{Code: wire.ErrnoKeyRequired}
	if text := c.r.Header.Get("Authorization"); text != "" {
		if r := onenet.TokenRefusal(onenet.Secret(text), d.p.Clock().Now()); r != nil {
			return reasoned{&wire.APIError{Code: wire.ErrnoAuthFailed}, r}
		}
		return reasoned{required, onenet.Refuse(onenet.CallKeyHeader).Want("the header api-key", "the header Authorization with no token in it")}
	}
	if i := slices.IndexFunc(otherHeaders, func(h string) bool { return c.r.Header.Get(h) != "" }); i >= 0 {
		return reasoned{required, onenet.Refuse(onenet.CallKeyHeader).Want("the header api-key", "the header "+otherHeaders[i])}
	}
	isKey := func(name string) bool { return c.params[name] != "" && (name != "key" || c.segments[0] != "keys") } // GET /keys?key= asks for one
	if i := slices.IndexFunc(otherParams, isKey); i >= 0 {
		return reasoned{required, onenet.Refuse(onenet.CallKeyQuery).Want("the header api-key", "the parameter "+otherParams[i])}
	}
	r := onenet.Refuse(onenet.CallNoKey).Want("the header api-key", "none")
	if _, there := c.r.Header["Api-Key"]; there {
		r = r.Near("the header is there and empty")
	}
	return reasoned{required, r}
}

// newerPaths begin paths of the newer platforms (in lower case).
var newerPaths = []struct{ begins, platform string }{
	{"/mqtt/v1/", "OneNET's MQTT suite"},
	{"/v1/synccmds", "OneNET's MQTT suite"},
	{"/thingmodel/", "the AIoT platform (OneNET Studio's successor)"},
	{"/device/detail", "the AIoT platform (OneNET Studio's successor)"},
	{"/device/create", "the AIoT platform (OneNET Studio's successor)"},
	{"/datapoint/", "the AIoT platform (OneNET Studio's successor)"},
	{"/fuse/", "the AIoT platform (OneNET Studio's successor)"},
	{"/fuse-ota/", "the AIoT platform (OneNET Studio's successor)"},
	{"/common", "OneNET Studio"},
	{"/application", "OneNET Studio"},
	{"/studio/", "OneNET Studio"},
	{"/nbiot", "OneNET's NB-IoT suite"},
}

// newerPlatform names the platform that a path belongs to; it is empty for none.
func newerPlatform(path string) string {
	path = "/" + strings.Join(splitPath(strings.ToLower(path)), "/")
	for _, n := range newerPaths {
		if strings.HasPrefix(path, n.begins) {
			return n.platform
		}
	}
	return ""
}
