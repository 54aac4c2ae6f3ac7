package bridge

import (
	"fmt"
	"slices"
	"strings"
)

// routes are those of one device, ready for use.
type routes struct {
	up      map[string]way      // by the local topic
	down    map[string]way      // by the cloud's
	origins map[string][]string // by the cloud's topic: the local ones that go up to it
	topics  []Topic             // what the link subscribes to
}

// way is where a message goes on.
type way struct {
	topic string
	least byte // QoS
	qos   byte // at most
}

// deviceWord stands for the device's id in the topics of a route.
const deviceWord = "{device}"

// compile makes routes of those of the plan and of the device. One that is there twice is a fault: nobody could say which of the two counts.
func compile(list []Route, local, cloud string) (*routes, []error) {
	r := &routes{up: map[string]way{}, down: map[string]way{}, origins: map[string][]string{}}
	var faults []error
	for _, route := range list {
		of, err := route.of(local, cloud)
		if err != nil {
			faults = append(faults, fmt.Errorf("route %q: %w", route.String(), err))
			continue
		}
		faults = append(faults, r.add(of)...)
	}
	return r, faults
}

// of is the route of one device. The ids may make a topic too long, and that of the cloud comes from a person.
func (r Route) of(local, cloud string) (Route, error) {
	if err := r.check(); err != nil {
		return r, err
	}
	if r.Cloud == "" {
		r.Cloud = r.Local
	}
	r.Local = strings.ReplaceAll(r.Local, deviceWord, local)
	r.Cloud = strings.ReplaceAll(r.Cloud, deviceWord, cloud)
	return r, r.check()
}

func (r *routes) add(route Route) (faults []error) {
	if route.Direction != Down {
		if _, twice := r.up[route.Local]; twice {
			faults = append(faults, fmt.Errorf("topic %q goes up by two routes", route.Local))
		}
		r.up[route.Local] = way{topic: route.Cloud, qos: route.QoS}
		r.origins[route.Cloud] = append(r.origins[route.Cloud], route.Local)
	}
	if route.Direction != Up {
		if _, twice := r.down[route.Cloud]; twice {
			faults = append(faults, fmt.Errorf("the cloud's topic %q comes down by two routes", route.Cloud))
		}
		r.down[route.Cloud] = way{topic: route.Local, qos: route.QoS}
		r.topics = append(r.topics, Topic{Name: route.Cloud, QoS: route.QoS})
	}
	return faults
}

// sameTopics tells whether the same subscriptions belong to both.
func (r *routes) sameTopics(o *routes) bool { return slices.Equal(r.topics, o.topics) }
