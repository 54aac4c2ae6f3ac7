package bridge_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package when a goroutine outlives its link.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
