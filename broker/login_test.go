package broker_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

// mustKey binds a device key of the product to the device.
func mustKey(t testing.TB, srv *onenettest.Server, product onenet.ProductID, to onenet.DeviceID) onenet.Secret {
	t.Helper()
	k, err := srv.Platform().AddKey(context.Background(), onenet.Key{
		Product: product, Permissions: []onenet.Permission{{Resources: []onenet.Resource{{Device: to}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return k.Key
}

// Reference, section 1.2.
func TestLoginIsAcceptedWithEachCredentialOfTheMatrix(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	plain := srv.Device(t)
	json := srv.AddDevice(t, onenet.Device{Product: server.DemoProduct, AuthInfo: `{"sn":"A0-B1","mac":"c2"}`})
	short := srv.AddDevice(t, onenet.Device{Product: server.DemoProduct, AuthInfo: "1"})
	long := srv.AddDevice(t, onenet.Device{Product: server.DemoProduct, AuthInfo: onenet.Secret(strings.Repeat("长", 512))})
	for _, c := range []struct {
		name     string
		device   onenet.Device
		password onenet.Secret
		by       string
	}{
		{"auth info", plain, plain.AuthInfo, "auth info"},
		{"auth info that is a JSON object", json, json.AuthInfo, "auth info"},
		{"auth info of one character", short, short.AuthInfo, "auth info"},
		{"auth info of 512 characters", long, long.AuthInfo, "auth info"},
		{"master key of the product", plain, server.DemoMasterKey, "the master key"},
		{"device key bound to the device", plain, mustKey(t, srv, plain.Product, plain.ID), "a device key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := srv.Platform().Journal().Last()
			d := c.device
			d.AuthInfo = c.password
			login(t, srv, d, clean, 0).wantSilence()
			r := srv.WaitAfter(t, before, onenettest.Online(d))
			if !strings.Contains(r.Text, "logged in with "+c.by+", ") {
				t.Errorf("the journal says %q, which does not name %s", r.Text, c.by)
			}
		})
	}
}

// Reference, section 1.3: the code, then the end of the connection.
func TestRefusedLoginGetsTheCodeOfItsCause(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d, other := srv.Device(t), srv.Device(t)
	foreign := srv.AddDevice(t, onenet.Device{Product: "88001", ID: "700123456", AuthInfo: "foreign-auth-info"})
	foreignKey := mustKey(t, srv, foreign.Product, foreign.ID)
	blocked := srv.Device(t)
	blocked.Blocked = true
	if err := srv.Platform().ChangeDevice(context.Background(), blocked); err != nil {
		t.Fatal(err)
	}
	id, pid, auth := string(d.ID), string(d.Product), string(d.AuthInfo)
	for _, c := range []struct {
		name string
		code byte
		id   string
		user string
		pass string
	}{
		{"empty client id", 2, "", pid, auth},
		{"client id of no device", 2, "999999999999", pid, auth},
		{"client id that is no number", 2, "esp32-board", pid, auth},
		{"client id with one digit wrong", 2, id[:8] + string('0'+(id[8]-'0'+1)%10), pid, auth},
		{"user name of no product", 4, id, "999999999999", auth},
		{"user name empty", 4, id, "", auth},
		{"password wrong", 4, id, pid, "wrong-password-entirely"},
		{"password empty", 4, id, pid, ""},
		{"password of another device", 4, id, pid, string(other.AuthInfo)},
		{"device key of another product", 4, id, pid, string(foreignKey)},
		{"device key bound to another device", 5, id, pid, string(mustKey(t, srv, d.Product, other.ID))},
		{"device on the blacklist", 5, string(blocked.ID), pid, string(blocked.AuthInfo)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := dial(t, srv)
			r.send(hello{"MQTT", 4, clean, 60, []string{c.id, c.user, c.pass}}.packet())
			r.want([]byte{0x20, 2, 0, c.code})
			r.wantClosed()
		})
	}
}

func TestEmptyClientIDIsRefusedWithCode2WhateverTheSession(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	for _, flags := range []byte{clean, kept} {
		c := dial(t, srv)
		c.send(hello{"MQTT", 4, flags, 60, []string{"", string(d.Product), string(d.AuthInfo)}}.packet())
		c.wantHex("20 02 00 02")
		c.wantClosed()
	}
	srv.Wait(t, onenettest.Refused(onenet.LoginEmptyID))
}

// A device of another product is no device of this one, whatever its credentials.
func TestDeviceOfAnotherProductIsRefusedWithItsOwnPassword(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	foreign := srv.AddDevice(t, onenet.Device{Product: "88001", ID: "700123456", AuthInfo: "foreign-auth-info"})
	c := dial(t, srv)
	c.send(hello{"MQTT", 4, clean, 60, []string{string(foreign.ID), string(server.DemoProduct), string(foreign.AuthInfo)}}.packet())
	got, err := c.next()
	if err != nil || got[0] != 0x20 || (got[3] != 2 && got[3] != 4) {
		t.Fatalf("got % X, %v; want CONNACK 2 or 4", got, err)
	}
	c.wantClosed()
	srv.Wait(t, onenettest.Refused(onenet.LoginOtherProduct))
}

// brokenStore fails to find devices.
type brokenStore struct{ onenet.Store }

func (brokenStore) Device(context.Context, onenet.DeviceRef) (onenet.Device, error) {
	return onenet.Device{}, errors.New("disk on fire")
}

func TestLoginThatCannotBeCheckedIsRefusedWithCode3(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithConfig(func(c *server.Config) {
		c.Demo, c.Store = false, brokenStore{memory.New()}
	}))
	c := dial(t, srv)
	c.send(hello{"MQTT", 4, clean, 60, []string{"1", "2", "3"}}.packet())
	c.wantHex("20 02 00 03")
	c.wantClosed()
}

// Closing a connection with unread input makes a kernel send RST, which may
// overtake the CONNACK: the platform must read on until the device has it.
func TestRefusalReachesADeviceThatWentOnTalking(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	d.AuthInfo = "wrong"
	for range 50 {
		c := dial(t, srv)
		c.send(connectPacket(clean, 60, d), subscribePacket(1, 0, "a"), dpPacket(`{"t":1}`, 1, 10), make([]byte, 64<<10))
		c.wantHex("20 02 00 04")
		c.wantClosed()
	}
}

func TestAutoRegisterCreatesWhatALoginMisses(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.AutoRegister = true }))
	d := onenet.Device{Product: "990011", ID: "123450001", AuthInfo: "anything"}
	login(t, srv, d, clean, 0).bye(srv, d)
	again := dial(t, srv)
	d.AuthInfo = "something else"
	again.send(connectPacket(clean, 60, d))
	again.wantHex("20 02 00 04") // it is registered with the first password
	again.wantClosed()
}

// Reference, section 1.4: the first login activates, each marks its time.
func TestFirstLoginActivatesTheDeviceAndEveryLoginIsMarked(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	login(t, srv, d, clean, 0).bye(srv, d)
	first, err := srv.Platform().Device(context.Background(), d.Ref())
	if err != nil || first.ActivatedAt.IsZero() || !first.ActivatedAt.Equal(first.LastLogin) {
		t.Fatalf("after the first login: activated %v, last login %v, %v", first.ActivatedAt, first.LastLogin, err)
	}
	login(t, srv, d, clean, 0).bye(srv, d)
	second, err := srv.Platform().Device(context.Background(), d.Ref())
	if err != nil || !second.ActivatedAt.Equal(first.ActivatedAt) || second.LastLogin.Before(first.LastLogin) {
		t.Errorf("after the second login: activated %v, last login %v, %v", second.ActivatedAt, second.LastLogin, err)
	}
}

func TestDeviceIsOnlineFromConnackToTheEndOfItsSocket(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	online := func() bool { return srv.Platform().Presence(d.Ref()).Online }
	if online() {
		t.Error("online before its login")
	}
	var c *raw
	for range 30 { // each takes the one before over
		c = login(t, srv, d, clean, 0)
		if !online() {
			t.Fatal("offline after CONNACK")
		}
	}
	c.vanish(srv, d)
	if online() {
		t.Error("online after the end of its socket")
	}
}
