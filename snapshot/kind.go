package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/onelan/onelan/onenet"
)

// kind is what a line may be.
type kind struct {
	prefix []byte // with which the line begins
	rank   int    // place of its Batch field in the order in which a store applies them: lines in this order may share a batch
	read   func(b *onenet.Batch, value []byte) (things int, err error)
}

// line is called with each line that is to be written.
type line func(prefix []byte, value any) error

// part is a field of a Batch.
type part struct {
	kinds []kind
	write func(b *onenet.Batch, to line) error
}

// parts stand in the order in which a store applies the fields of a Batch.
var parts = []part{
	partOf("product", func(b *onenet.Batch) *[]onenet.Product { return &b.AddProducts }, productOf, product.noun),
	partOf("device", func(b *onenet.Batch) *[]onenet.Device { return &b.AddDevices }, deviceOf, device.noun),
	partOf("key", func(b *onenet.Batch) *[]onenet.Key { return &b.AddKeys }, keyOf, key.noun),
	partOf("trigger", func(b *onenet.Batch) *[]onenet.Trigger { return &b.AddTriggers }, triggerOf, trigger.noun),
	partOf("login", func(b *onenet.Batch) *[]onenet.LoginMark { return &b.Logins }, loginOf, login.noun),
	partOf("topic", func(b *onenet.Batch) *[]onenet.TopicRef { return &b.PutTopics }, topicOf, topic.noun),
	partOf("stream", func(b *onenet.Batch) *[]onenet.StreamMeta { return &b.PutStreams }, streamOf, stream.noun),
	pointsPart(),
	partOf("command", func(b *onenet.Batch) *[]onenet.Command { return &b.PutCommands }, commandOf, command.noun),
	partOf("session", func(b *onenet.Batch) *[]onenet.StoredSession { return &b.PutSessions }, sessionOf, session.noun),
	partOf("queued", func(b *onenet.Batch) *[]onenet.QueuedMessage { return &b.Enqueue }, queuedOf, queued.noun),
	partOf("retained", func(b *onenet.Batch) *[]onenet.RetainedMessage { return &b.Retain }, retainedOf, retained.noun),
}

// kinds are those of all parts.
var kinds = func() []kind {
	var all []kind
	for rank, p := range parts {
		for _, k := range p.kinds {
			k.rank = rank
			all = append(all, k)
		}
	}
	return all
}()

func prefixOf(name string) []byte { return []byte(`{"` + name + `":`) }

// partOf makes the part of the nouns of one list, of which each is a line.
func partOf[Noun, Line any](name string, list func(*onenet.Batch) *[]Noun, lineOf func(Noun) Line, noun func(Line) Noun) part {
	prefix := prefixOf(name)
	write := func(b *onenet.Batch, to line) error {
		for _, n := range *list(b) {
			if err := to(prefix, lineOf(n)); err != nil {
				return err
			}
		}
		return nil
	}
	read := func(b *onenet.Batch, value []byte) (int, error) {
		var l Line
		if err := strictly(value, &l); err != nil {
			return 0, err
		}
		*list(b) = append(*list(b), noun(l))
		return 1, nil
	}
	return part{[]kind{{prefix: prefix, read: read}}, write}
}

// kindOfLine tells which kind a line, or its beginning, is; nil when it is none.
func kindOfLine(text []byte) *kind {
	for i := range kinds {
		if bytes.HasPrefix(text, kinds[i].prefix) {
			return &kinds[i]
		}
	}
	return nil
}

// strictly reads one JSON value; what the target has no place for is an error.
func strictly(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}

// isContent tells whether a batch only adds things, as those of a dump do. Of what takes away or replaces a snapshot
// knows nothing.
func isContent(b *onenet.Batch) bool {
	return len(b.DropProducts)+len(b.DropDevices)+len(b.DropKeys)+len(b.DropTriggers)+len(b.PutProducts)+len(b.PutDevices)+
		len(b.PutKeys)+len(b.PutTriggers)+len(b.DropTopics)+len(b.DropStreams)+len(b.DropPoints)+len(b.DropSessions)+
		len(b.Dequeue)+len(b.Unretain)+
		len(b.DropUplink)+len(b.EnqueueUplink)+len(b.PutUplink)+len(b.CountUplink) == 0
}
