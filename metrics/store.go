package metrics

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Store is a store that is measured: how long changes take from Submit to done, how long reads take, how many changes
// wait, and what fails. It does what the store in it does.
type Store struct {
	onenet.Store

	seconds *prometheus.HistogramVec
	faults  *prometheus.CounterVec
	waiting atomic.Int64 // changes
	submit  operation
	ops     map[string]operation // by method; submit is among them
}

// operation is where the calls of one method are counted.
type operation struct {
	seconds prometheus.Observer
	faults  prometheus.Counter
}

// operations are the methods that are measured, as labels.
var operations = []string{
	"submit", "prune", "replace", "product", "products", "device", "devices", "key", "keys", "product_by_secret", "streams",
	"points", "file", "topics", "triggers", "command", "commands", "sessions", "queue", "retained", "last_seq",
	"uplink", "uplink_depths", "uplink_counts", "last_uplink_seq",
}

// NewStore puts the measures around a store.
func NewStore(s onenet.Store) *Store {
	m := &Store{
		Store: s,
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "onelan_store_operation_seconds", Help: "How long the store takes; changes from their submission until they are safe.",
			Buckets: []float64{50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, .1, .25, .5, 1, 2.5, 5},
		}, []string{"op"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onelan_store_faults_total", Help: "Calls in which the store failed by its own fault.",
		}, []string{"op"}),
		ops: map[string]operation{},
	}
	for _, op := range operations {
		m.ops[op] = operation{m.seconds.WithLabelValues(op), m.faults.WithLabelValues(op)}
	}
	m.submit = m.ops["submit"]
	return m
}

// collectors are what tells of the store.
func (s *Store) collectors() []prometheus.Collector {
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "onelan_store_waiting_changes", Help: "Changes that were submitted and are not safe yet.",
	}, func() float64 { return float64(s.waiting.Load()) })
	return []prometheus.Collector{s.seconds, s.faults, waiting}
}

// over ends the measuring of a call that began at start.
func (o operation) over(start time.Time, err error) {
	o.seconds.Observe(clock.System().Now().Sub(start).Seconds())
	if fault(err) {
		o.faults.Inc()
	}
}

// fault tells whether an error is the store's fault: what was asked for may not be there, or nobody may want it any more.
func fault(err error) bool {
	_, answer := errors.AsType[*onenet.Error](err)
	return err != nil && !answer && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// measured makes a call.
func measured[T any](s *Store, op string, call func() (T, error)) (T, error) {
	start := clock.System().Now()
	v, err := call()
	s.ops[op].over(start, err)
	return v, err
}

// Submit implements onenet.Store.
func (s *Store) Submit(b onenet.Batch, done func(error)) {
	start := clock.System().Now()
	s.waiting.Add(1)
	s.Store.Submit(b, func(err error) {
		s.waiting.Add(-1)
		s.submit.over(start, err)
		done(err)
	})
}

// Apply implements onenet.Store.
func (s *Store) Apply(ctx context.Context, b onenet.Batch) error {
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	_, err := measured(s, "submit", func() (struct{}, error) { return struct{}{}, s.Store.Apply(ctx, b) })
	return err
}

// Prune implements onenet.Store.
func (s *Store) Prune(ctx context.Context, before time.Time) (int, error) {
	return measured(s, "prune", func() (int, error) { return s.Store.Prune(ctx, before) })
}

// Replace implements onenet.Store.
func (s *Store) Replace(ctx context.Context, batches iter.Seq2[onenet.Batch, error]) error {
	_, err := measured(s, "replace", func() (struct{}, error) { return struct{}{}, s.Store.Replace(ctx, batches) })
	return err
}
