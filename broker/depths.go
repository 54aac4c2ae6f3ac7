package broker

// Depths is how much waits in the broker.
type Depths struct {
	Connections    int // TCP connections, logged in or not
	Sessions       int // of devices that are here, and kept ones
	Unacknowledged int // messages sent to devices that have not answered
	Waiting        int // messages that wait for room in a device's window
	WaitingBytes   int // payload bytes of these
	UnsentBytes    int // bytes that the network has not taken yet
	Unsettled      int // messages that are stored, with their acknowledgements not yet on their way
}

// Depths looks at every session and link, without stopping any for long.
func (b *Broker) Depths() Depths {
	b.mu.RLock()
	d := Depths{Connections: len(b.links), Sessions: len(b.sessions)}
	sessions := make([]*session, 0, len(b.sessions))
	for _, s := range b.sessions {
		sessions = append(sessions, s)
	}
	links := make([]*link, 0, len(b.links))
	for l := range b.links {
		links = append(links, l)
	}
	b.mu.RUnlock()
	for _, s := range sessions {
		s.mu.Lock()
		d.Unacknowledged += len(s.outbox.sent)
		d.Waiting += len(s.outbox.waiting)
		d.WaitingBytes += s.outbox.bytes
		s.mu.Unlock()
	}
	for _, l := range links {
		d.UnsentBytes += l.backlog()
	}
	d.Unsettled = b.settler.depth()
	return d
}
