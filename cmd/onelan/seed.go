package main

import (
	"errors"
	"os"
	"slices"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// seed is what must exist by the configuration: what the seed file names, and then what the configuration itself
// names and the file does not.
func (a *app) seed(l *config.Loaded) (server.Seed, error) {
	products, devices, keys := l.Registry()
	own := server.Seed{Products: products, Devices: devices, Keys: keys}
	if l.Seed == "" {
		return own, nil
	}
	file, err := a.readSeed(l.Seed)
	if err != nil {
		return server.Seed{}, err
	}
	return joinSeeds(file, own), nil
}

func (a *app) readSeed(name string) (server.Seed, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return server.Seed{}, err
	}
	s, err := config.ParseSeed(name, text, a.clock.Now())
	return s, seedFault(err)
}

// seedFault shows the faults of a seed file.
func seedFault(err error) error {
	if faults, is := errors.AsType[config.Faults](err); is {
		return fail(exitFailed, "the seed file has %s\n%v", count(len(faults), "fault"), faults).with("docs/TESTING.md shows a seed file with everything")
	}
	return err
}

// parseSeed reads a seed file that somebody sent.
func (a *app) parseSeed(text []byte) (server.Seed, error) {
	return config.ParseSeed("seed", text, a.clock.Now())
}

// joinSeeds adds the registry of b to a: what both name is as a has it.
func joinSeeds(a, b server.Seed) server.Seed {
	a.Products = union(a.Products, b.Products, func(p onenet.Product) onenet.ProductID { return p.ID })
	a.Devices = union(a.Devices, b.Devices, onenet.Device.Ref)
	a.Keys = union(a.Keys, b.Keys, func(k onenet.Key) onenet.Secret { return k.Key })
	return a
}

func union[T any, K comparable](a, b []T, key func(T) K) []T {
	for _, more := range b {
		if !slices.ContainsFunc(a, func(t T) bool { return key(t) == key(more) }) {
			a = append(a, more)
		}
	}
	return a
}
