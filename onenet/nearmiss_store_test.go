package onenet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

func TestEveryLoginCauseIsReached(t *testing.T) {
	t.Parallel()
	reached := map[onenet.Cause]bool{}
	p := newWorld(t)
	for _, m := range mistakes {
		_, r := p.Explain(context.Background(), m.attempt())
		reached[r.Cause] = true
	}
	reached[warningOfTheMasterKey(t)] = true
	reached[refusalOfABrokenStore(t, 0)] = true
	for _, c := range onenet.Causes() {
		if onenet.Refuse(c).Stage == onenet.StageLogin && !reached[c] {
			t.Errorf("no attempt leads to %s", c)
		}
	}
}

func warningOfTheMasterKey(t *testing.T) onenet.Cause {
	t.Helper()
	p := newWorld(t)
	if _, r := p.Login(context.Background(), onenet.Attempt{Product: "244754", Device: "527521926", Credential: lampMaster}); r != nil {
		t.Fatal(r)
	}
	records, _ := p.Journal().Read(0, 10)
	if len(records) != 1 || records[0].Kind != onenet.KindWarning {
		t.Fatalf("%+v", records)
	}
	return records[0].Refusal.Cause
}

// brokenStore answers a number of reads and then fails.
type brokenStore struct {
	onenet.Store
	left int
}

var errBroken = errors.New("the disk is gone")

func (s *brokenStore) fail() error {
	if s.left--; s.left < 0 {
		return errBroken
	}
	return onenet.ErrNotFound
}

func (s *brokenStore) Product(context.Context, onenet.ProductID) (onenet.Product, error) {
	return onenet.Product{}, s.fail()
}

func (s *brokenStore) Device(context.Context, onenet.DeviceRef) (onenet.Device, error) {
	return onenet.Device{}, s.fail()
}

func (s *brokenStore) ProductBySecret(context.Context, onenet.Secret) (onenet.Product, error) {
	return onenet.Product{}, s.fail()
}

func (s *brokenStore) Key(context.Context, onenet.Secret) (onenet.Key, error) {
	return onenet.Key{}, s.fail()
}

func (s *brokenStore) Products(context.Context) ([]onenet.Product, error) { return nil, s.fail() }

func (s *brokenStore) Devices(context.Context, onenet.DeviceFilter) ([]onenet.Device, int, error) {
	return nil, 0, s.fail()
}

func refusalOfABrokenStore(t *testing.T, after int) onenet.Cause {
	t.Helper()
	p := onenet.New(onenet.Config{Store: &brokenStore{left: after}})
	_, r := p.Explain(context.Background(), onenet.Attempt{Product: "1", Device: "2", Credential: "3"})
	if r == nil {
		t.Fatal("let in")
	}
	return r.Cause
}

func TestAGuessIsNotMadeFromLookUpsThatFailed(t *testing.T) {
	t.Parallel()
	for after := range 12 {
		if got := refusalOfABrokenStore(t, after); got != onenet.LoginStore {
			t.Errorf("after %d good reads: %s", after, got)
		}
	}
	if got := refusalOfABrokenStore(t, 1000); got != onenet.LoginUnknownProduct {
		t.Errorf("a store that does not fail: %s", got)
	}
}

// countingStore counts look-ups.
type countingStore struct {
	onenet.Store
	reads  int
	widest int // the largest list given out
}

func (s *countingStore) Product(ctx context.Context, id onenet.ProductID) (onenet.Product, error) {
	s.reads++
	return s.Store.Product(ctx, id)
}

func (s *countingStore) Device(ctx context.Context, ref onenet.DeviceRef) (onenet.Device, error) {
	s.reads++
	return s.Store.Device(ctx, ref)
}

func (s *countingStore) Devices(ctx context.Context, f onenet.DeviceFilter) ([]onenet.Device, int, error) {
	s.reads++
	list, n, err := s.Store.Devices(ctx, f)
	s.widest = max(s.widest, len(list))
	return list, n, err
}

func TestTheSearchIsBounded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := &countingStore{Store: memory.New()}
	b := onenet.Batch{AddProducts: []onenet.Product{{ID: "1000", MasterKey: "m", RegisterCode: "r"}}}
	for i := range 3000 {
		id := fmt.Sprint(100000000 + 7919*i)
		b.AddDevices = append(b.AddDevices, onenet.Device{Product: "1000", ID: onenet.DeviceID(id), Title: "t", AuthInfo: onenet.Secret("auth " + id)})
	}
	if err := store.Apply(ctx, b); err != nil {
		t.Fatal(err)
	}
	p := onenet.New(onenet.Config{Store: store})
	last := string(b.AddDevices[2999].ID)
	for _, a := range []onenet.Attempt{
		{Product: "1000", Device: strings.Repeat("a&b:", 15000), Credential: onenet.Secret(strings.Repeat("&", 60000))},
		{Product: strings.Repeat("1&", 30000), Device: last, Credential: "x"},
		{Product: "1000", Device: strings.Repeat(`" `, 900) + "1", Credential: "x"},
		{Product: "1000", Device: last + "\n", Credential: onenet.Secret(strings.Repeat(`" `, 900))},
		{Product: "1000", Device: last, Credential: onenet.Secret(strings.Repeat(`" `, 900) + "1")},
	} {
		store.reads, store.widest = 0, 0
		_, r := p.Login(ctx, a)
		if r == nil || store.reads > 150 || store.widest > 500 {
			t.Errorf("%d look-ups, %d devices at once: %v", store.reads, store.widest, r)
		}
	}
	_, r := p.Explain(ctx, onenet.Attempt{Product: "1000", Device: last[:8], Credential: "x"})
	if r.Cause != onenet.LoginCut {
		t.Errorf("a slip in the id of the newest of many devices: %v", r)
	}
}
