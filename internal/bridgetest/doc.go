// Package bridgetest holds the bridge to its promises from outside: whole chains of device, edge and cloud, with everything
// between them broken in every way that a test can break it. It has tests and benchmarks, and no code of its own.
//
// The short forms run with all other tests. The long ones are chosen by the environment:
//
//	BRIDGETEST_KILLS=200 go test -run KillNine -v -timeout 30m ./internal/bridgetest
//	BRIDGETEST_MESSAGES=10000 BRIDGETEST_CUTS=50 go test -run Cuts -v -timeout 30m ./internal/bridgetest
//	BRIDGETEST_QUIET=1 …            # no logs, only what the tests say
//	BRIDGETEST_SEED=7 …             # chooses the moments; each test logs the one it took
//	go test -run '^$' -bench . ./internal/bridgetest
package bridgetest
