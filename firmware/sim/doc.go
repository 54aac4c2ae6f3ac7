// Package sim is an ESP32 that has no hardware: the unmodified firmware runs in a real MicroPython (its WebAssembly
// build, under node), and everything around the chip is played here: pins, Wi-Fi, sockets, flash, clock, watchdog, reset.
// What breaks on a desk or in a field is a method call: WiFi(false), HalfOpen(true), PowerCycle().
//
//	b, err := sim.New(sim.Config{Sim: "firmware/sim", Files: files})
//	…
//	defer b.Close()
//	b.Wait(ctx, 0, sim.Printed("connected"))
//	b.Pin(2)
//
// It shows that the program does what it should: the interpreter is MicroPython's own, so are its errors. It does not show what
// the chip does: heap, lwIP, radio and timing are not the ESP32's. A board in the hand, once a release, shows that.
//
// A Board is safe for concurrent use, and several may run at once. By default its packets reach this machine only.
package sim
