package broker

import "time"

// dropCount gathers messages that could not be delivered, so that a flood of them is one record.
type dropCount struct {
	n     int
	topic string
	why   string
	told  time.Duration // broker age when they were last told of
}

// add counts one; the first is told at once, the next at most once per second. The session's lock is held.
func (c *dropCount) add(s *session, topic, why string) {
	c.n++
	c.topic, c.why = topic, why
	c.report(s, false)
}

func (c *dropCount) report(s *session, now bool) {
	age := s.broker.age()
	if c.n == 0 || (!now && c.told != 0 && age-c.told < time.Second) {
		return
	}
	n, topic, why := c.n, c.topic, c.why
	c.n, c.told = 0, max(age, 1)
	s.broker.settler.add(func(*dirt) { s.broker.platform.Drop(s.ref, topic, n, why) })
}
