package onenet

// FillTriggerMemory leaves room for so many devices of triggers that remember.
func (p *Platform) FillTriggerMemory(room int) {
	p.watches.mu.Lock()
	defer p.watches.mu.Unlock()
	p.watches.edges = maxEdges - room
}

// LiveCommands is how many commands memory knows.
func (p *Platform) LiveCommands() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.live)
}
