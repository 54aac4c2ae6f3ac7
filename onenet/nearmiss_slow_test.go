package onenet_test

import (
	"context"
	"sync"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// stuckSearch is a store whose lists of devices never come.
type stuckSearch struct{ onenet.Store }

func (stuckSearch) Devices(ctx context.Context, _ onenet.DeviceFilter) ([]onenet.Device, int, error) {
	<-ctx.Done()
	return nil, 0, ctx.Err()
}

// A refusal must neither hang nor turn into "server unavailable" because explaining it takes long.
func TestRefusalDoesNotWaitForAnExplanationThatTakesTooLong(t *testing.T) {
	t.Parallel()
	p := onenet.New(onenet.Config{Store: stuckSearch{memory.New()}})
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: "1"}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 5 { // more than are searched for at once
		wg.Go(func() {
			_, r := p.Login(t.Context(), onenet.Attempt{Product: "1", Device: "nobody", Credential: "nothing"})
			if r == nil || r.Cause != onenet.LoginUnknownDevice || r.Field != onenet.FieldDevice {
				t.Errorf("got %v", r)
			}
		})
	}
	wg.Wait()
}
