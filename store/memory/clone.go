package memory

import (
	"bytes"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

// What goes in and what comes out is copied, so that neither the caller's changes
// reach the store nor the other way round.

// milli is the time as stores keep it: to the millisecond, in UTC.
func milli(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

func cloneDevice(d onenet.Device) onenet.Device {
	d.Tags = slices.Clone(d.Tags)
	d.Other = bytes.Clone(d.Other)
	if d.Location != nil {
		at := *d.Location
		if at.Ele != nil {
			ele := *at.Ele
			at.Ele = &ele
		}
		d.Location = &at
	}
	d.CreatedAt, d.ActivatedAt, d.LastLogin = milli(d.CreatedAt), milli(d.ActivatedAt), milli(d.LastLogin)
	return d
}

func cloneKey(k onenet.Key) onenet.Key {
	k.Permissions = slices.Clone(k.Permissions)
	for i, p := range k.Permissions {
		k.Permissions[i].Methods = slices.Clone(p.Methods)
		k.Permissions[i].Resources = slices.Clone(p.Resources)
	}
	k.CreatedAt = milli(k.CreatedAt)
	return k
}

func cloneFile(f onenet.File) onenet.File {
	f.Desc, f.Data = bytes.Clone(f.Desc), bytes.Clone(f.Data)
	return f
}

// cloneCommand keeps an empty answer apart from none.
func cloneCommand(c onenet.Command) onenet.Command {
	c.Body, c.Answer = bytes.Clone(c.Body), bytes.Clone(c.Answer)
	c.CreatedAt, c.ExpiresAt = milli(c.CreatedAt), milli(c.ExpiresAt)
	c.SentAt, c.AnsweredAt = milli(c.SentAt), milli(c.AnsweredAt)
	return c
}

func cloneSession(s onenet.StoredSession) onenet.StoredSession {
	s.Subscriptions = slices.Clone(s.Subscriptions)
	return s
}

func cloneQueued(m onenet.QueuedMessage) onenet.QueuedMessage {
	m.Payload = bytes.Clone(m.Payload)
	m.At = milli(m.At)
	return m
}

func cloneRetained(m onenet.RetainedMessage) onenet.RetainedMessage {
	m.Payload = bytes.Clone(m.Payload)
	return m
}
