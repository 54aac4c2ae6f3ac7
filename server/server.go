// Package server is the one assembly: it puts store, platform and doors together and
// runs them. The binary and package onenettest both use it; nothing else may
// assume that all of it lives in one process.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/onelan/onelan/api"
	"github.com/onelan/onelan/broker"
	"github.com/onelan/onelan/control"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/metrics"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/push"
	"github.com/onelan/onelan/store/memory"
	"github.com/onelan/onelan/store/sqlite"
)

// Server is a running platform. Its methods are safe for concurrent use.
type Server struct {
	config   Config
	log      *slog.Logger
	store    onenet.Store
	measured *metrics.Store // the store, for what it tells of itself
	timed    *metrics.Calls
	platform *onenet.Platform
	broker   *broker.Broker
	outlet   *push.Outlet
	cloud    cloud
	started  time.Time

	seeding sync.Mutex
	seeded  content // guarded by seeding: what Reset goes back to
	calls   gate

	listeners map[string]net.Listener // by what they are for
	lan       neighbours
	stop      []func() error // in the order of closing
	work      sync.WaitGroup
	cancel    context.CancelFunc
	closeOnce sync.Once
	closeErr  error
}

// Start opens the store, creates what the seed asks for and listens. Everything
// listens when it returns; on an error nothing does. A busy address gives a *ListenError.
func Start(ctx context.Context, c Config) (_ *Server, err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	s := &Server{config: c, log: c.Log, started: c.Clock.Now(), listeners: map[string]net.Listener{}}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if err := s.listenAll(ctx); err != nil {
		return nil, err
	}
	if err := s.listenLAN(ctx); err != nil {
		return nil, err
	}
	if err := s.openStore(); err != nil {
		return nil, err
	}
	s.platform = onenet.New(onenet.Config{
		Store: s.store, Clock: c.Clock, Log: c.Log, Journal: onenet.NewJournal(c.Clock, c.JournalSize),
		Switches: c.Switches, Limits: c.Limits,
	})
	if s.seeded, err = s.resolve(ctx, s.seeds(c.Seed)...); err != nil {
		return nil, err
	}
	if err := s.settle(ctx, s.seeded); err != nil {
		return nil, err
	}
	s.outlet = push.New(push.Config{Journal: s.platform.Journal(), Clock: c.Clock, Log: c.Log})
	s.platform.AttachOutlet(s.outlet)
	if err := s.platform.LoadTriggers(ctx); err != nil {
		return nil, err
	}
	if s.broker, err = broker.New(ctx, broker.Config{Platform: s.platform, Store: s.store, Log: c.Log}); err != nil {
		return nil, err
	}
	if err := s.startBridge(ctx); err != nil {
		return nil, err
	}
	if err := s.serve(); err != nil {
		return nil, err
	}
	s.startRetention()
	s.platform.Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: "onelan " + c.Version + " started"})
	s.serveLAN(ctx)
	return s, nil
}

func (s *Server) openStore() error {
	c := s.config
	switch {
	case c.Store != nil:
		s.store = c.Store
	case c.Ephemeral:
		s.store = memory.New()
	default:
		opened, err := sqlite.Open(c.DataDir, sqlite.Options{Sync: c.Sync, Log: c.Log})
		if err != nil {
			return err // a nil *sqlite.Store must not get into the interface: Close would call it
		}
		s.store = opened
	}
	s.measured, s.timed = metrics.NewStore(s.store), metrics.NewCalls()
	s.store = s.measured
	return nil
}

// doors lists what may listen, in the order in which it is closed.
func (c Config) doors() []ListenError {
	return []ListenError{
		{What: "MQTT", Addr: c.MQTT, Flag: "--mqtt"},
		{What: "MQTTS", Addr: c.MQTTS, Flag: "--mqtts"},
		{What: "WS", Addr: c.WS, Flag: "--ws"},
		{What: "WSS", Addr: c.WSS, Flag: "--wss"},
		{What: "HTTP", Addr: c.HTTP, Flag: "--http"},
		{What: "Lab", Addr: c.Lab, Flag: "--lab"},
		{What: "Console", Addr: c.consoleAddr(), Flag: "--console-listen"},
	}
}

// listenAll takes every address before anything else happens, so that a busy port
// is told of before a database is touched.
func (s *Server) listenAll(ctx context.Context) error {
	var lc net.ListenConfig
	for _, d := range s.config.doors() {
		if d.Addr == "" {
			continue
		}
		ln, err := lc.Listen(ctx, "tcp", d.Addr)
		if err != nil {
			d.Err = err
			return &d
		}
		s.listeners[d.What] = ln
	}
	return nil
}

// serve opens the doors.
func (s *Server) serve() error {
	tlsConfig, err := s.tlsConfig()
	if err != nil {
		return err
	}
	pages, err := s.console()
	if err != nil {
		return err
	}
	for what, ln := range s.listeners {
		switch what {
		case "MQTT":
			s.broker.Serve(ln, nil)
		case "MQTTS":
			s.broker.Serve(ln, tlsConfig)
		case "WS":
			s.broker.ServeWebSocket(ln, nil)
		case "WSS":
			s.broker.ServeWebSocket(ln, tlsConfig)
		case "HTTP":
			s.serveAPI(ln)
		case "Lab":
			s.serveHTTP(ln, s.besideConsole(listening(control.New(s.labConfig())), pages), 0)
		case "Console":
			s.serveHTTP(ln, pages, eachConns)
		}
	}
	return nil
}

func (s *Server) tlsConfig() (*tls.Config, error) {
	if s.config.MQTTS == "" && s.config.WSS == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(s.config.TLSCert, s.config.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("TLS certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// Platform is the platform behind the doors.
func (s *Server) Platform() *onenet.Platform { return s.platform }

// Connections is how many MQTT connections there are, logged in or not.
func (s *Server) Connections() int { return s.broker.Connections() }

// MQTTAddr is the address that MQTT listens on; empty when it does not. So are the others.
func (s *Server) MQTTAddr() string { return s.addr("MQTT") }

// MQTTSAddr is the address of MQTT over TLS.
func (s *Server) MQTTSAddr() string { return s.addr("MQTTS") }

// WSAddr is the address of MQTT over WebSocket.
func (s *Server) WSAddr() string { return s.addr("WS") }

// WSSAddr is the address of MQTT over WebSocket over TLS.
func (s *Server) WSSAddr() string { return s.addr("WSS") }

// HTTPAddr is the address of the REST API.
func (s *Server) HTTPAddr() string { return s.addr("HTTP") }

// LabAddr is the address of the control door.
func (s *Server) LabAddr() string { return s.addr("Lab") }

func (s *Server) addr(what string) string {
	if ln := s.listeners[what]; ln != nil {
		return ln.Addr().String()
	}
	return ""
}

// Close closes the doors, ends every connection, commits what is under way and waits
// for all of it. It may be called twice.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		if s.cancel != nil {
			s.cancel()
		}
		s.closeErr = s.closeLAN()
		for _, stop := range s.stop {
			s.closeErr = errors.Join(s.closeErr, stop())
		}
		if s.broker != nil {
			s.closeErr = errors.Join(s.closeErr, s.broker.Close())
		}
		for _, ln := range s.listeners {
			_ = ln.Close() // most are closed already
		}
		s.work.Wait()
		s.closeErr = errors.Join(s.closeErr, s.closeBridge()) // nobody has anything for the cloud any more
		if s.platform != nil {
			s.platform.Close()
		}
		if s.outlet != nil {
			s.closeErr = errors.Join(s.closeErr, s.outlet.Close())
		}
		if s.store != nil {
			s.closeErr = errors.Join(s.closeErr, s.store.Close())
		}
	})
	return s.closeErr
}

func (s *Server) serveAPI(ln net.Listener) {
	ctx, cancel := context.WithCancel(context.Background())
	s.work.Go(func() {
		if err := api.Serve(ctx, ln, s.timed.Through(s.calls.through(api.New(s.platform, s.log))), s.log); err != nil {
			s.log.Error("REST listener ended", "addr", ln.Addr().String(), "err", err)
		}
	})
	s.stop = append(s.stop, func() error { cancel(); return nil })
}
