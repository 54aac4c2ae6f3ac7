package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// The board has an id of its own in the cloud, to show that they need not be the same.
const (
	cloudProduct = "244754"
	cloudDevice  = "600000001"
	cloudAuth    = "password-in-the-cloud"
)

const cloudSettings = `devices:
  - {product: "` + cloudProduct + `", id: "` + cloudDevice + `", auth_info: ` + cloudAuth + `, title: esp32-led}
`

func (s *stage) openCloud(ctx context.Context) (err error) {
	s.scene(1, "An onelan that plays the real OneNET: \"the cloud\"")
	port, err := rig.FreePort()
	if err != nil {
		return err
	}
	s.cloudMQTT = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	if s.cloud, err = s.start(ctx, "cloud", cloudSettings, "--mqtt", s.cloudMQTT); err != nil {
		return err
	}
	s.say("MQTT %s   REST http://%s   device %s", s.cloud.MQTT, s.cloud.HTTP, cloudDevice)
	return nil
}

// edgeSettings is what a user would write. The rates are those that the real OneNET bears, a message a second.
func (s *stage) edgeSettings() string {
	return fmt.Sprintf(`bridge:
  upstream: %s
  passwords: passwords     # lines of: product device password; readable by you alone
  devices:
    - {device: %q, upstream_device: %q}
`, s.cloudMQTT, server.DemoDevice, cloudDevice)
}

func (s *stage) openEdge(ctx context.Context) (err error) {
	s.scene(2, "An onelan at home, with a bridge to it: \"the edge\"")
	if err := s.write("passwords", cloudProduct+" "+cloudDevice+" "+cloudAuth+"\n"); err != nil {
		return err
	}
	s.say("$ cat onelan.yaml\n%s$ onelan serve --bridge", s.edgeSettings())
	if s.edge, err = s.start(ctx, "edge", s.edgeSettings(), "--bridge"); err != nil {
		return err
	}
	s.door = lab.New("http://" + s.edge.Lab)
	s.say("MQTT %s   REST http://%s   device %s", s.edge.MQTT, s.edge.HTTP, server.DemoDevice)
	return nil
}

func (s *stage) deviceComes(ctx context.Context) (err error) {
	s.scene(3, "The device logs in at the edge; the cloud sees it come online")
	if err := s.online(ctx, false); err != nil {
		return err
	}
	if s.device, err = comeIn(ctx, s.edge.MQTT); err != nil {
		return err
	}
	s.say("device: logged in")
	if err := s.online(ctx, true); err != nil {
		return err
	}
	_, err = s.curl(ctx, s.cloud.HTTP, "GET", onlinePath, "")
	return err
}

const onlinePath = "/devices/status?devIds=" + cloudDevice

// online waits until the cloud's device list says so.
func (s *stage) online(ctx context.Context, want bool) error {
	return until(ctx, "the cloud's device list", func() (bool, error) {
		text, err := call(ctx, s.cloud.HTTP, "GET", onlinePath, "")
		if err != nil {
			return false, err
		}
		var list struct {
			Devices []struct {
				Online bool `json:"online"`
			} `json:"devices"`
		}
		err = data(text, &list)
		return len(list.Devices) == 1 && list.Devices[0].Online == want, err
	})
}

func (s *stage) pointGoesUp(ctx context.Context) error {
	s.scene(4, "A data point goes up")
	if err := s.device.upload(ctx, 25.5); err != nil {
		return err
	}
	s.say("device: temperature 25.5, acknowledged by the edge")
	if err := s.points(ctx, 1); err != nil {
		return err
	}
	_, err := s.curl(ctx, s.cloud.HTTP, "GET", "/devices/"+cloudDevice+"/datastreams/temperature", "")
	return err
}

// value is a data point as the REST API shows it.
type value struct {
	At    string  `json:"at"`
	Value float64 `json:"value"`
}

// history is the temperature of a device, the oldest value first.
func history(ctx context.Context, at, device string) ([]value, error) {
	text, err := call(ctx, at, "GET", "/devices/"+device+"/datapoints?datastream_id=temperature&start=2020-01-01T00:00:00&limit=100", "")
	if err != nil {
		return nil, err
	}
	var h struct {
		Streams []struct {
			Points []value `json:"datapoints"`
		} `json:"datastreams"`
	}
	if err := data(text, &h); err != nil || len(h.Streams) == 0 {
		return nil, err
	}
	list := h.Streams[0].Points
	slices.SortStableFunc(list, func(a, b value) int { return compare(a.At, b.At) })
	return list, nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// points waits until the cloud has so many.
func (s *stage) points(ctx context.Context, n int) error {
	return until(ctx, fmt.Sprintf("%d points in the cloud", n), func() (bool, error) {
		list, err := history(ctx, s.cloud.HTTP, cloudDevice)
		return len(list) >= n, err
	})
}

func (s *stage) commandComesDown(ctx context.Context) error {
	s.scene(5, "A command of the cloud switches the device, and its answer goes back")
	text, err := s.curl(ctx, s.cloud.HTTP, "POST", "/cmds?device_id="+cloudDevice, "on")
	if err != nil {
		return err
	}
	var made struct {
		UUID string `json:"cmd_uuid"`
	}
	if err := data(text, &made); err != nil {
		return err
	}
	select {
	case did := <-s.device.told:
		s.say("device: %s", did)
	case <-ctx.Done():
		return ctx.Err()
	}
	err = until(ctx, "the answer", func() (bool, error) {
		text, err := call(ctx, s.cloud.HTTP, "GET", "/cmds/"+made.UUID+"/resp", "")
		return text == "led is on", err
	})
	if err != nil {
		return err
	}
	_, err = s.curl(ctx, s.cloud.HTTP, "GET", "/cmds/"+made.UUID+"/resp", "")
	return err
}

const missed = 8

// beijing is the time of day as OneNET tells it.
func beijing() string { return clock.System().Now().In(onenet.Beijing).Format("15:04:05.000") }

func (s *stage) cloudDies(ctx context.Context) error {
	s.scene(6, "The cloud dies (kill -9); the device does not notice (times are Beijing's, as OneNET's)")
	s.cloud.Kill()
	for i := range missed {
		celsius := 26 + float64(i)/2
		if err := s.device.upload(ctx, celsius); err != nil {
			return err
		}
		s.say("%s  device: temperature %.1f, acknowledged by the edge", beijing(), celsius)
		if !clock.Sleep(clock.System(), 400*time.Millisecond, ctx.Done()) {
			return ctx.Err()
		}
	}
	return s.queue(ctx)
}

// queue shows how the bridge stands.
func (s *stage) queue(ctx context.Context) error {
	b, err := s.door.Bridge(ctx)
	if err != nil {
		return err
	}
	for _, d := range b.Devices {
		s.say("bridge: the link of %s is %s; %d messages wait, %d are delivered", d.Device, d.State, d.Books.Waiting, d.Books.Delivered)
		if d.Trouble != nil {
			s.say("        %s", d.Trouble.Says)
		}
	}
	return nil
}

func (s *stage) cloudReturns(ctx context.Context) (err error) {
	s.scene(7, "The cloud is started again; the backlog goes up with the times at which the device sent it")
	if s.cloud, err = s.start(ctx, "cloud", cloudSettings, "--mqtt", s.cloudMQTT); err != nil {
		return err
	}
	s.say("cloud: started at %s", beijing())
	if err := s.points(ctx, 1+missed); err != nil {
		return err
	}
	here, err := history(ctx, s.edge.HTTP, string(server.DemoDevice))
	if err != nil {
		return err
	}
	there, err := history(ctx, s.cloud.HTTP, cloudDevice)
	if err != nil {
		return err
	}
	s.say("%-25s %-25s temperature", "at the edge", "in the cloud")
	for i := range min(len(here), len(there)) {
		s.say("%-25s %-25s %.1f", here[i].At, there[i].At, there[i].Value)
	}
	if len(here) != len(there) || !slices.Equal(here[1:], there[1:]) {
		return fmt.Errorf("the histories differ: %v here, %v there", here, there)
	}
	return s.queue(ctx)
}

func (s *stage) deviceLeaves(ctx context.Context) error {
	s.scene(8, "The device leaves; the cloud sees it go offline")
	s.device.leave()
	s.device = nil
	s.say("device: logged out")
	if err := s.online(ctx, false); err != nil {
		return err
	}
	_, err := s.curl(ctx, s.cloud.HTTP, "GET", onlinePath, "")
	return err
}
