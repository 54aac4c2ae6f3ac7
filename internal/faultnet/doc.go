// Package faultnet is a TCP proxy for tests that understands MQTT frames just enough to fail in the middle of them: it cuts
// connections, falls silent without a FIN, delays, kills the connection on one particular message, refuses logins and loses
// acknowledgements. What it does follows frames and calls, never chance or the time, so a test fails the same way twice.
//
// toxiproxy was considered: it knows bytes and milliseconds but no frames, so "after the 30th PUBLISH" or "on this message" cannot
// be said to it, and what it cuts depends on how TCP happened to split the stream.
//
// A Proxy is safe for concurrent use; it ends with the test.
package faultnet
