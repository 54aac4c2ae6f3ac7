package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// choice is which records of the journal a page shows. What is empty is not asked for.
type choice struct {
	Product onenet.ProductID
	Device  onenet.DeviceID
	Kinds   []onenet.Kind
	Topic   string
	Text    string
}

// kinds are those that can be chosen, in the order in which they are shown.
var kinds = []onenet.Kind{
	onenet.KindConnected, onenet.KindDisconnected, onenet.KindRefused, onenet.KindWarning, onenet.KindData, onenet.KindMessage, onenet.KindCommand,
	onenet.KindSubscribed, onenet.KindUnsubscribed, onenet.KindDropped, onenet.KindTrigger, onenet.KindBridge, onenet.KindSystem,
}

func choiceOf(r *http.Request) choice {
	q := r.URL.Query()
	c := choice{
		Product: onenet.ProductID(q.Get("product")), Device: onenet.DeviceID(strings.TrimSpace(q.Get("device"))),
		Topic: strings.TrimSpace(q.Get("topic")), Text: strings.ToLower(strings.TrimSpace(q.Get("text"))),
	}
	for _, k := range q["kind"] {
		if slices.Contains(kinds, onenet.Kind(k)) {
			c.Kinds = append(c.Kinds, onenet.Kind(k))
		}
	}
	return c
}

// Values is the choice as parameters of an address.
func (c choice) Values() url.Values {
	v := url.Values{}
	for name, text := range map[string]string{"product": string(c.Product), "device": string(c.Device), "topic": c.Topic, "text": c.Text} {
		if text != "" {
			v.Set(name, text)
		}
	}
	for _, k := range c.Kinds {
		v.Add("kind", string(k))
	}
	return v
}

// At is the address of the page of records before number before; 0: the newest.
func (c choice) At(before uint64) string {
	v := c.Values()
	if before > 0 {
		v.Set("before", strconv.FormatUint(before, 10))
	}
	return "/traffic?" + v.Encode()
}

// Has tells whether a kind was chosen.
func (c choice) Has(k onenet.Kind) bool { return slices.Contains(c.Kinds, k) }

// Empty tells whether everything is wanted.
func (c choice) Empty() bool { return len(c.Values()) == 0 }

func (c choice) wants(r *onenet.Record) bool {
	return (c.Product == "" || c.Product == r.Product) && (c.Device == "" || c.Device == r.Device) &&
		(len(c.Kinds) == 0 || slices.Contains(c.Kinds, r.Kind)) &&
		(c.Topic == "" || strings.Contains(r.Topic, c.Topic)) &&
		(c.Text == "" || says(r, c.Text))
}

// says tells whether a text, in small letters, stands anywhere in what a person is shown of the record, in either language.
func says(r *onenet.Record, text string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	if strings.ContainsFunc(text, isHan) && saysZH(r, has) {
		return true
	}
	if has(r.Text) || has(r.Topic) || has(r.Call) || has(r.Addr) || has(string(r.Command)) || has(string(r.Payload)) {
		return true
	}
	if f := r.Refusal; f != nil && (has(f.Says) || has(f.Got) || has(f.NearMiss) || has(string(f.Cause))) {
		return true
	}
	return slices.ContainsFunc(r.Points, func(p onenet.PointNote) bool { return has(string(p.Stream) + "=" + string(p.Value)) })
}

func saysZH(r *onenet.Record, has func(string) bool) bool {
	if f := r.Refusal; f != nil {
		return has(headline(zh, f)) || has(tell(zh, f.Got).Text) || has(tell(zh, f.NearMiss).Text)
	}
	return has(tell(zh, r.Text).Text)
}

// read gives at most limit wanted records with numbers below before (0: all), the newest first. The journal is read
// from its end in steps, so that the newest hundred of a full ring cost no look at all of it.
func (c choice) read(j *onenet.Journal, before uint64, limit int) (list []*onenet.Record, older uint64, lost bool) {
	const step = 512
	if limit == 0 {
		return nil, 0, false
	}
	end := j.Last() + 1
	if before > 0 && before < end {
		end = before
	}
	for end > 1 {
		begin := uint64(1)
		if end > step {
			begin = end - step
		}
		part, gone := readBetween(j, begin, end)
		for _, r := range slices.Backward(part) {
			if !c.wants(r) {
				continue
			}
			if len(list) == limit {
				return list, list[limit-1].Seq, false
			}
			list = append(list, r)
		}
		if gone {
			return list, 0, true
		}
		end = begin
	}
	return list, 0, false
}

// readBetween gives the records from begin on and below end, in order, and whether some of them are gone.
func readBetween(j *onenet.Journal, begin, end uint64) (list []*onenet.Record, gone bool) {
	for at := begin - 1; at+1 < end; {
		part, lost := j.Read(at, int(min(end-at-1, 512)))
		gone = gone || lost > 0
		if len(part) == 0 {
			return list, gone
		}
		for _, r := range part {
			if r.Seq >= end {
				return list, gone
			}
			list = append(list, r)
		}
		if at == begin-1 && part[0].Seq > begin { // a cut: what is before it has never been, for a reader
			gone = true
		}
		at = part[len(part)-1].Seq
	}
	return list, gone
}
