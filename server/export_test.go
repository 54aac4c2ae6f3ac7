package server

import (
	"context"

	"github.com/onelan/onelan/bridge"
)

// CheckPlan is the check for a bridge to itself.
func (s *Server) CheckPlan(ctx context.Context, p bridge.Plan) error { return s.notItself(ctx, p) }

// NewFewAtOnce is a listener with bounds.
var NewFewAtOnce = newFewAtOnce
