// Package wire turns bytes into nouns and back: the blocks of a $dp message,
// topics, the numbers of commands, errno envelopes, and times as OneNET writes
// them.
//
// It does no I/O, keeps no state and asks no clock, so all of it may be called from
// any goroutine. The doors call it; it decides nothing that [onenet] could decide.
// What it decodes is copied: the caller may reuse its buffer at once.
//
// The rules come from the protocol reference; "section 3.2" in a comment is the
// section of that number, which docs/COMPATIBILITY.md repeats with the name of the
// test that holds the rule.
package wire
