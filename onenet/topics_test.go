package onenet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// topicsStore counts the reads of lists of topics.
type topicsStore struct {
	onenet.Store
	mu    sync.Mutex
	reads int // guarded by mu
}

func (c *topicsStore) Topics(ctx context.Context, id onenet.ProductID) ([]string, error) {
	c.mu.Lock()
	c.reads++
	c.mu.Unlock()
	return c.Store.Topics(ctx, id)
}

func (c *topicsStore) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reads
}

// withTopics is a platform with a product and a device, and room for four topics.
func withTopics(t *testing.T) (*onenet.Platform, *topicsStore) {
	t.Helper()
	store := &topicsStore{Store: memory.New()}
	p := onenet.New(onenet.Config{Store: store, Limits: onenet.Limits{TopicsPerProduct: 4}})
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: ref.Product}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.AddDevice(t.Context(), onenet.Device{Product: ref.Product, ID: ref.Device}); err != nil {
		t.Fatal(err)
	}
	return p, store
}

func mustTopics(t *testing.T, p *onenet.Platform, want ...string) {
	t.Helper()
	got, err := p.Topics(t.Context(), ref.Product)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, append([]string(nil), got...)); diff != "" {
		t.Fatalf("topics (-want +got):\n%s", diff)
	}
}

func TestTopicIsAddedListedAndRemoved(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	mustTopics(t, p)
	for _, name := range []string{"room1", "a/b"} {
		if err := p.AddTopic(t.Context(), ref.Product, name); err != nil {
			t.Fatal(err)
		}
	}
	mustTopics(t, p, "room1", "a/b")
	if err := p.AddTopic(t.Context(), ref.Product, "room1"); !errors.Is(err, onenet.ErrExists) {
		t.Errorf("added again: %v, wanted %v", err, onenet.ErrExists)
	}
	if err := p.RemoveTopic(t.Context(), ref.Product, "room1"); err != nil {
		t.Fatal(err)
	}
	mustTopics(t, p, "a/b")
	if err := p.RemoveTopic(t.Context(), ref.Product, "room1"); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("removed again: %v, wanted %v", err, onenet.ErrNotFound)
	}
	if err := p.AddTopic(t.Context(), ref.Product, "room1"); err != nil {
		t.Fatal(err)
	}
	mustTopics(t, p, "a/b", "room1")
}

// Reference, section 2.2: what a device could not subscribe to is no topic.
func TestTopicThatNoDeviceCouldSubscribeToIsRefused(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	for what, name := range map[string]string{
		"empty": "", "the platform's own": "$dp", "one level open": "room/+", "all levels open": "room/#",
		"with a NUL": "room\x00", "not UTF-8": "room\xff", "too long": strings.Repeat("é", 1025),
	} {
		if err := p.AddTopic(t.Context(), ref.Product, name); !errors.Is(err, onenet.ErrInvalid) {
			t.Errorf("%s: added: %v, wanted %v", what, err, onenet.ErrInvalid)
		}
		if _, err := p.PublishTopic(t.Context(), ref.Product, name, nil, "", ""); !errors.Is(err, onenet.ErrInvalid) {
			t.Errorf("%s: published: %v, wanted %v", what, err, onenet.ErrInvalid)
		}
	}
	if err := p.AddTopic(t.Context(), ref.Product, strings.Repeat("é", 1024)); err != nil {
		t.Errorf("1024 characters: %v", err)
	}
}

// Reference, section 4.4: errno 13 above the product's limit.
func TestTopicsBeyondTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	for i := range 4 {
		if err := p.AddTopic(t.Context(), ref.Product, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.AddTopic(t.Context(), ref.Product, "one more"); !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("got %v, wanted %v", err, onenet.ErrLimit)
	}
	p.NoteTopics(ref.Product, []string{"and another", "0"})
	mustTopics(t, p, "0", "1", "2", "3")
	if err := p.RemoveTopic(t.Context(), ref.Product, "2"); err != nil {
		t.Fatal(err)
	}
	p.NoteTopics(ref.Product, []string{"and another"})
	mustTopics(t, p, "0", "1", "3", "and another")
}

func TestTopicOfAProductThatThereIsNotIsNotFound(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	if err := p.AddTopic(t.Context(), "no such", "room1"); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("got %v, wanted %v", err, onenet.ErrNotFound)
	}
	if _, err := p.PublishTopic(t.Context(), "no such", "room1", nil, "", ""); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("got %v, wanted %v", err, onenet.ErrNotFound)
	}
}

// Reference, section 2.2: the first subscription to an unknown topic creates it.
func TestTopicsThatAreSubscribedEnterTheListOnce(t *testing.T) {
	t.Parallel()
	p, store := withTopics(t)
	p.NoteTopics(ref.Product, []string{"room1", "room2"})
	mustTopics(t, p, "room1", "room2")
	before := store.count()
	for range 100 {
		p.NoteTopics(ref.Product, []string{"room2", "room1"})
	}
	if n := store.count() - before; n != 0 {
		t.Errorf("known topics cost %d reads of the store", n)
	}
	mustTopics(t, p, "room1", "room2")
}

func TestRemovedTopicThatIsSubscribedAgainComesBack(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	p.NoteTopics(ref.Product, []string{"room1"})
	if err := p.RemoveTopic(t.Context(), ref.Product, "room1"); err != nil {
		t.Fatal(err)
	}
	mustTopics(t, p)
	p.NoteTopics(ref.Product, []string{"room1"})
	mustTopics(t, p, "room1")
}

// Reference, section 2.5: the platform makes these topics, and has one for each stream.
func TestSubscriptionsToPointsOfADeviceAreNotInTheList(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	p.NoteTopics(ref.Product, []string{"/2/temperature", "/3/temperature", "/2", "//x", "/2/"})
	mustTopics(t, p, "/3/temperature", "/2", "//x", "/2/") // there is no device 3: it is a name like another
}

func TestTopicsOfADeletedProductDoNotComeBackWithIt(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	p.NoteTopics(ref.Product, []string{"room1"})
	if err := p.RemoveProduct(t.Context(), ref.Product); err != nil {
		t.Fatal(err)
	}
	p.NoteTopics(ref.Product, []string{"late"}) // of a device whose connection is about to be cut
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: ref.Product}); err != nil {
		t.Fatal(err)
	}
	mustTopics(t, p)
	p.NoteTopics(ref.Product, []string{"late", "room1"})
	mustTopics(t, p, "late", "room1")
}

func TestTopicsOfBeforeAResetAreForgotten(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	p.NoteTopics(ref.Product, []string{"room1", "room2"})
	err := p.Reset(t.Context(), "reset", onenet.Contents(onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}}, PutTopics: []onenet.TopicRef{{Product: ref.Product, Topic: "room2"}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	p.NoteTopics(ref.Product, []string{"room1"})
	mustTopics(t, p, "room2", "room1")
}

func TestOfTwoThatAddATopicAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	const at = 8
	errs := make(chan error, at)
	var wg sync.WaitGroup
	for range at {
		wg.Go(func() { errs <- p.AddTopic(context.Background(), ref.Product, "room1") })
	}
	wg.Wait()
	close(errs)
	added := 0
	for err := range errs {
		if err == nil {
			added++
		} else if !errors.Is(err, onenet.ErrExists) {
			t.Error(err)
		}
	}
	if added != 1 {
		t.Errorf("%d of %d added it", added, at)
	}
	mustTopics(t, p, "room1")
}

// Reference, section 4.4: a message over HTTP is below 64 KiB.
func TestMessageOverHTTPIsBounded(t *testing.T) {
	t.Parallel()
	p, _ := withTopics(t)
	if _, err := p.PublishTopic(t.Context(), ref.Product, "room1", make([]byte, 64<<10-1), "", ""); err != nil {
		t.Errorf("65535 bytes: %v", err)
	}
	_, err := p.PublishTopic(t.Context(), ref.Product, "room1", make([]byte, 64<<10), "", "")
	var e *onenet.Error
	if !errors.As(err, &e) || !errors.Is(err, onenet.ErrLimit) || e.Noun != "body" {
		t.Errorf("65536 bytes: %v, wanted the body to be over the limit", err)
	}
}
