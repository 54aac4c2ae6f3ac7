package onenet

import (
	"context"
	"time"
)

// MaxFileUpload is how long a file that comes over HTTP may be (reference, section 0).
const MaxFileUpload = 800 << 10

// AddFile stores a file that came over HTTP as the newest point of a stream, and gives the index by which it
// is found. u tells where it comes from; its Points are not looked at. ErrNotFound when the stream does not exist: files
// make none (reference, section 5.8). ErrLimit when the file is too long.
func (p *Platform) AddFile(ctx context.Context, u Upload, stream StreamID, f File) (index string, err error) {
	if len(f.Data) > MaxFileUpload {
		return "", Errorf(ErrLimit, "file", "", "at most %d bytes, it has %d", MaxFileUpload, len(f.Data))
	}
	if _, err := p.Stream(ctx, StreamRef{u.Ref, stream}); err != nil {
		return "", err
	}
	point := p.stamp(u.Ref, Datapoint{Stream: stream, File: &f}, p.clock.Now().Truncate(time.Millisecond))
	err = await(ctx, func(done func(error)) { p.submit(u, []StoredPoint{point}, done) })
	return point.File.Index, err
}
