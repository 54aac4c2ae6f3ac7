package onenettest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// mistake is a file of testdata/mistakes; README.md there says what the fields mean.
type mistake struct {
	Name, Why string
	Setup     struct {
		Switches map[string]any
		Limits   map[string]any
		Products []struct{ ID, Name string }
		Devices  []struct {
			Product, ID, Title string
			AuthInfo           string `yaml:"auth_info"`
			Blocked            bool
		}
		Keys []struct {
			Product, Key string
			Devices      []string
			Stream       string   // of the devices, and no other
			Methods      []string // none means all
		}
	}
	Steps   []step
	Cause   onenet.Cause
	Connack string // code of the last CONNECT, or "close"; empty means 0
	Link    string // "open" or "closed" in the end; empty means as Connack says
	Errno   *int   // of the answer to the last call; -1 means that none comes
}

type step struct {
	On        string // which connection
	TCP       *Octets
	Connect   *login
	Subscribe *message
	Publish   *message
	Command   string // the platform sends it to the device of the connection
	Call      *call  // of the REST API
	HangUp    bool   `yaml:"hang_up"`
}

// Octets are written as hexadecimal digits, then text, then hexadecimal digits again.
type Octets struct{ Hex, Text, Tail string }

type login struct {
	Name               *string
	Level              *byte
	ClientID           *string `yaml:"client_id"`
	Username, Password *string
	Omit               []string // fields to leave out
	MoreFlags          byte     `yaml:"more_flags"`
	Will               *message
}

type message struct {
	Octets   `yaml:",inline"`
	Topic    string
	TopicHex string `yaml:"topic_hex"`
	QoS      byte
	ID       *uint16
	Retain   bool
	Head     string // header byte of a SUBSCRIBE
}

func TestEveryMistakeOfTheCorpusIsNamed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/mistakes/*.yaml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d mistakes, %v", len(files), err)
	}
	var exact atomic.Int32
	var told corpus
	t.Cleanup(func() { told.check(t) })
	t.Cleanup(func() { t.Logf("%d of %d mistakes are named exactly", exact.Load(), len(files)) })
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			m := mustReadMistake(t, file)
			w := &workbench{t: t, srv: mustStartFor(t, m), links: map[string]*wire{}}
			w.make(m)
			got := w.srv.Wait(t, onenettest.That("any refusal or warning", func(r *onenet.Record) bool { return r.Refusal != nil }))
			t.Log(got.Refusal)
			if got.Refusal.Cause != m.Cause {
				t.Errorf("%s (%s) is taken for %s, want %s", m.Name, m.Why, got.Refusal.Cause, m.Cause)
			} else {
				exact.Add(1)
			}
			w.checkEnd(m)
			w.checkSecrets()
			told.add(w.srv)
		})
	}
}

func mustReadMistake(t *testing.T, file string) (m mistake) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&m); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if m.Name == "" || m.Why == "" || len(m.Steps) == 0 || m.Cause == "" || ends(m) != 1 {
		t.Fatalf("%s: wants name, why, steps, cause, and one of connack, link and errno", file)
	}
	return m
}

// ends counts what is said of the end of a mistake.
func ends(m mistake) int {
	n := 0
	for _, said := range []bool{m.Connack != "", m.Link != "", m.Errno != nil} {
		if said {
			n++
		}
	}
	return n
}

// mustStartFor starts the world that all mistakes are made in, changed as this one wants it.
func mustStartFor(t *testing.T, m mistake) *onenettest.Server {
	t.Helper()
	seed := server.Seed{
		Products: []onenet.Product{
			{ID: server.DemoProduct, Name: "ESP32 tutorial", MasterKey: server.DemoMasterKey, RegisterCode: server.DemoRegisterCode},
			{ID: "88001", Name: "greenhouse", MasterKey: "greenhouse=master=not=secret"},
		},
		Devices: []onenet.Device{
			{Product: server.DemoProduct, ID: server.DemoDevice, Title: "esp32-led", AuthInfo: server.DemoAuthInfo},
			{Product: "88001", ID: "700123456", Title: "greenhouse sensor", AuthInfo: "dev-sn-0001"},
		},
	}
	for _, p := range m.Setup.Products {
		seed.Products = append(seed.Products, onenet.Product{ID: onenet.ProductID(p.ID), Name: p.Name})
	}
	for _, d := range m.Setup.Devices {
		seed.Devices = append(seed.Devices, onenet.Device{
			Product: onenet.ProductID(d.Product), ID: onenet.DeviceID(d.ID), Title: d.Title, AuthInfo: onenet.Secret(d.AuthInfo), Blocked: d.Blocked,
		})
	}
	for _, k := range m.Setup.Keys {
		key := onenet.Key{Product: onenet.ProductID(k.Product), Key: onenet.Secret(k.Key)}
		for _, d := range k.Devices {
			key.Permissions = append(key.Permissions, onenet.Permission{
				Methods: k.Methods, Resources: []onenet.Resource{{Device: onenet.DeviceID(d), Stream: onenet.StreamID(k.Stream)}},
			})
		}
		seed.Keys = append(seed.Keys, key)
	}
	return onenettest.Start(t, onenettest.WithConfig(func(c *server.Config) {
		c.Seed, c.Demo = seed, false
		mustOverlay(t, m.Setup.Switches, &c.Switches)
		mustOverlay(t, m.Setup.Limits, &c.Limits)
	}))
}

// mustOverlay sets the named fields of a structure.
func mustOverlay(t *testing.T, from map[string]any, to any) {
	t.Helper()
	b, err := yaml.Marshal(from)
	if err == nil && len(from) > 0 {
		err = yaml.UnmarshalWithOptions(b, to, yaml.Strict())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// workbench makes one mistake.
type workbench struct {
	t       *testing.T
	srv     *onenettest.Server
	links   map[string]*wire // by name
	last    *wire            // the one used last
	connack string           // answer to the last CONNECT
	command onenet.CommandID
	answer  []byte // to the last call
}

// wire is a TCP connection of a board.
type wire struct {
	net.Conn
	device onenet.DeviceRef
}

func (w *workbench) make(m mistake) {
	for _, s := range m.Steps {
		if s.Call != nil {
			w.answer = s.Call.make(w.t, w.srv.HTTPAddr())
			continue
		}
		w.last = w.link(s.On)
		switch {
		case s.TCP != nil:
			w.write(s.TCP.bytes(w.t))
		case s.Connect != nil:
			w.last.device = onenet.DeviceRef{Product: onenet.ProductID(or(s.Connect.Username, "244754")), Device: onenet.DeviceID(or(s.Connect.ClientID, "527521926"))}
			w.write(s.Connect.packet(w.t))
			w.connack = w.readConnack()
		case s.Subscribe != nil:
			w.write(s.Subscribe.subscribe(w.t))
		case s.Publish != nil:
			w.write(s.Publish.publish(w.t, string(w.command)))
		case s.Command != "":
			w.srv.Wait(w.t, onenettest.Online(onenet.Device{Product: w.last.device.Product, ID: w.last.device.Device})) // a moment behind CONNACK
			c, err := w.srv.Platform().SendCommand(context.Background(), w.last.device, onenet.CommandRequest{Body: []byte(s.Command)})
			if err != nil {
				w.t.Fatal(err)
			}
			w.command = c.ID
		case s.HangUp:
			_ = w.last.Close()
		}
	}
}

func (w *workbench) link(name string) *wire {
	if l := w.links[name]; l != nil {
		return l
	}
	c, err := net.Dial("tcp", w.srv.MQTTAddr())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(clock.System().Now().Add(onenettest.Patience))
	w.links[name] = &wire{Conn: c}
	return w.links[name]
}

// write ignores errors: a mistake may well be punished before its last byte is written.
func (w *workbench) write(b []byte) { _, _ = w.last.Write(b) }

// readConnack is the code of the next packet, or "close".
func (w *workbench) readConnack() string {
	head, body, err := w.last.packet()
	switch {
	case err != nil:
		return "close"
	case head != 0x20 || len(body) != 2:
		w.t.Fatalf("% X % X where CONNACK is due", head, body)
	}
	return fmt.Sprint(body[1])
}

// packet reads the next MQTT packet.
func (l *wire) packet() (head byte, body []byte, err error) {
	var b [1]byte
	read := func() byte {
		if err == nil {
			_, err = io.ReadFull(l, b[:])
		}
		return b[0]
	}
	head = read()
	n := 0
	for shift := 0; err == nil; shift += 7 {
		c := read()
		n |= int(c&0x7f) << shift
		if c < 0x80 {
			break
		}
	}
	if err != nil {
		return 0, nil, err
	}
	body = make([]byte, n)
	_, err = io.ReadFull(l, body)
	return head, body, err
}

// checkEnd checks what the board sees of it.
func (w *workbench) checkEnd(m mistake) {
	if m.Connack != "" && w.connack == "" { // the CONNECT was written byte by byte
		w.connack = w.readConnack()
	}
	if m.Connack != "" && m.Connack != w.connack {
		w.t.Errorf("CONNACK %s, want %s", w.connack, m.Connack)
	}
	if m.Errno != nil {
		w.checkErrno(*m.Errno)
		return
	}
	if m.Link == "open" {
		w.checkOpen()
		return
	}
	var err error
	for err == nil { // the refusal is told a moment before the link is cut
		_, _, err = w.last.packet()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		w.t.Error("the link is open, want closed")
	}
}

// checkOpen asks for a sign of life. Before the login there is none but that the link stays.
func (w *workbench) checkOpen() {
	if w.connack == "" {
		_ = w.last.SetDeadline(clock.System().Now().Add(100 * time.Millisecond))
	}
	w.write([]byte{0xC0, 0})
	for {
		head, _, err := w.last.packet()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && w.connack == "" || head == 0xD0:
			return
		case err != nil:
			w.t.Errorf("the link is closed, want open (%v)", err)
			return
		}
	}
}

// checkSecrets looks for credentials in what the journal tells people.
func (w *workbench) checkSecrets() {
	records, _ := w.srv.Platform().Journal().Read(0, 1000)
	for _, r := range records {
		told := *r
		told.Payload = nil // what devices send is kept as it is
		text, err := json.Marshal(told)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, secret := range []onenet.Secret{server.DemoAuthInfo, server.DemoMasterKey, server.DemoRegisterCode, "dev-sn-0001", "A0B1C2D3E4F5", "greenhouse=master=not=secret", "greenhouse=key=not=a=secret=", "esp32=key=not=a=secret=00000"} {
			if strings.Contains(string(text), string(secret)) {
				w.t.Errorf("a credential is told: %s", text)
			}
		}
	}
}
