package snapshot

import (
	"encoding/json"

	"github.com/onelan/onelan/onenet"
)

type product struct {
	ID           text  `json:"id"`
	Name         text  `json:"name,omitempty"`
	Dialect      text  `json:"dialect,omitempty"`
	MasterKey    text  `json:"master_key,omitempty"`
	RegisterCode text  `json:"register_code,omitempty"`
	AllowDup     bool  `json:"allow_dup,omitempty"`
	Created      milli `json:"created,omitzero"`
}

func productOf(p onenet.Product) product {
	return product{text(p.ID), text(p.Name), text(p.Dialect), text(p.MasterKey), text(p.RegisterCode), p.AllowDup, milli{p.CreatedAt}}
}

func (l product) noun() onenet.Product {
	return onenet.Product{
		ID: onenet.ProductID(l.ID), Name: string(l.Name), Dialect: onenet.Dialect(l.Dialect), MasterKey: onenet.Secret(l.MasterKey),
		RegisterCode: onenet.Secret(l.RegisterCode), AllowDup: l.AllowDup, CreatedAt: l.Created.Time,
	}
}

type device struct {
	Product   text            `json:"product"`
	ID        text            `json:"id"`
	Title     text            `json:"title,omitempty"`
	AuthInfo  text            `json:"auth_info,omitempty"`
	Protocol  text            `json:"protocol,omitempty"`
	Desc      text            `json:"desc,omitempty"`
	Tags      []text          `json:"tags,omitempty"`
	Location  *location       `json:"location,omitempty"`
	Private   bool            `json:"private,omitempty"`
	Other     json.RawMessage `json:"other,omitempty"`
	Blocked   bool            `json:"blocked,omitempty"`
	Created   milli           `json:"created,omitzero"`
	Activated milli           `json:"activated,omitzero"`
	LastLogin milli           `json:"last_login,omitzero"`
}

type location struct {
	Lon float64  `json:"lon"`
	Lat float64  `json:"lat"`
	Ele *float64 `json:"ele,omitempty"`
}

func deviceOf(d onenet.Device) device {
	return device{
		Product: text(d.Product), ID: text(d.ID), Title: text(d.Title), AuthInfo: text(d.AuthInfo), Protocol: text(d.Protocol),
		Desc: text(d.Desc), Tags: texts[text](d.Tags), Location: (*location)(d.Location), Private: d.Private, Other: d.Other,
		Blocked: d.Blocked, Created: milli{d.CreatedAt}, Activated: milli{d.ActivatedAt}, LastLogin: milli{d.LastLogin},
	}
}

func (l device) noun() onenet.Device {
	return onenet.Device{
		Product: onenet.ProductID(l.Product), ID: onenet.DeviceID(l.ID), Title: string(l.Title), AuthInfo: onenet.Secret(l.AuthInfo),
		Protocol: string(l.Protocol), Desc: string(l.Desc), Tags: texts[string](l.Tags), Location: (*onenet.Location)(l.Location),
		Private: l.Private, Other: l.Other, Blocked: l.Blocked, CreatedAt: l.Created.Time, ActivatedAt: l.Activated.Time, LastLogin: l.LastLogin.Time,
	}
}

type key struct {
	Product     text         `json:"product"`
	Key         text         `json:"key"`
	Title       text         `json:"title,omitempty"`
	Permissions []permission `json:"permissions,omitempty"`
	Created     milli        `json:"created,omitzero"`
}

type permission struct {
	Methods   []text     `json:"methods,omitempty"`
	Resources []resource `json:"resources,omitempty"`
}

type resource struct {
	Device text `json:"device"`
	Stream text `json:"stream,omitempty"`
}

func keyOf(k onenet.Key) key {
	l := key{Product: text(k.Product), Key: text(k.Key), Title: text(k.Title), Created: milli{k.CreatedAt}}
	for _, p := range k.Permissions {
		lp := permission{Methods: texts[text](p.Methods)}
		for _, r := range p.Resources {
			lp.Resources = append(lp.Resources, resource{text(r.Device), text(r.Stream)})
		}
		l.Permissions = append(l.Permissions, lp)
	}
	return l
}

func (l key) noun() onenet.Key {
	k := onenet.Key{Product: onenet.ProductID(l.Product), Key: onenet.Secret(l.Key), Title: string(l.Title), CreatedAt: l.Created.Time}
	for _, lp := range l.Permissions {
		p := onenet.Permission{Methods: texts[string](lp.Methods)}
		for _, r := range lp.Resources {
			p.Resources = append(p.Resources, onenet.Resource{Device: onenet.DeviceID(r.Device), Stream: onenet.StreamID(r.Stream)})
		}
		k.Permissions = append(k.Permissions, p)
	}
	return k
}

type trigger struct {
	Product   text            `json:"product"`
	ID        int             `json:"id"`
	Title     text            `json:"title,omitempty"`
	Stream    text            `json:"stream"`
	Devices   []text          `json:"devices,omitempty"`
	URL       text            `json:"url"`
	Type      text            `json:"type"`
	Threshold json.RawMessage `json:"threshold,omitempty"`
	Created   milli           `json:"created,omitzero"`
}

func triggerOf(t onenet.Trigger) trigger {
	return trigger{
		text(t.Product), t.ID, text(t.Title), text(t.Stream), texts[text](t.Devices), text(t.URL), text(t.Type), t.Threshold, milli{t.CreatedAt},
	}
}

func (l trigger) noun() onenet.Trigger {
	return onenet.Trigger{
		Product: onenet.ProductID(l.Product), ID: l.ID, Title: string(l.Title), Stream: onenet.StreamID(l.Stream),
		Devices: texts[onenet.DeviceID](l.Devices), URL: string(l.URL), Type: onenet.TriggerType(l.Type), Threshold: l.Threshold, CreatedAt: l.Created.Time,
	}
}

type login struct {
	Product text  `json:"product"`
	Device  text  `json:"device"`
	At      milli `json:"at"`
}

func loginOf(m onenet.LoginMark) login {
	return login{text(m.Ref.Product), text(m.Ref.Device), milli{m.At}}
}

func (l login) noun() onenet.LoginMark {
	return onenet.LoginMark{Ref: refOf(l.Product, l.Device), At: l.At.Time}
}

type topic struct {
	Product text `json:"product"`
	Topic   text `json:"topic"`
}

func topicOf(t onenet.TopicRef) topic { return topic{text(t.Product), text(t.Topic)} }

func (l topic) noun() onenet.TopicRef {
	return onenet.TopicRef{Product: onenet.ProductID(l.Product), Topic: string(l.Topic)}
}

func refOf(product, device text) onenet.DeviceRef {
	return onenet.DeviceRef{Product: onenet.ProductID(product), Device: onenet.DeviceID(device)}
}
