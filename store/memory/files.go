package memory

import (
	"container/list"

	"github.com/onelan/onelan/onenet"
)

// file is a stored file and where it can be found.
type file struct {
	onenet.File
	product *product
	stream  *stream
	seq     int64         // of its point
	place   *list.Element // on the shelf; nil when it is gone
}

// shelf holds all files in order of arrival and a bounded number of bytes of them.
type shelf struct {
	max, bytes int
	order      list.List
}

// put takes a file in and lets the oldest ones go for it.
func (s *shelf) put(f *file) {
	s.bytes += len(f.Data)
	f.place = s.order.PushBack(f)
	f.product.files[f.Index] = f
	if f.stream.files == nil {
		f.stream.files = map[int64]*file{}
	}
	f.stream.files[f.seq] = f
	for s.bytes > s.max && s.order.Len() > 1 {
		s.drop(s.order.Front().Value.(*file))
	}
}

func (s *shelf) drop(f *file) {
	if f.place == nil {
		return
	}
	s.order.Remove(f.place)
	f.place = nil
	s.bytes -= len(f.Data)
	delete(f.product.files, f.Index)
	delete(f.stream.files, f.seq)
}

// addFile keeps the file of a point, in place of an older one with its index.
func (w *world) addFile(p *product, s *stream, seq int64, f *onenet.File) {
	if old := p.files[f.Index]; old != nil {
		w.shelf.drop(old)
	}
	kept := *f
	kept.Desc, kept.Data = w.own(f.Desc), w.own(f.Data)
	w.shelf.put(&file{File: kept, product: p, stream: s, seq: seq})
}

func (w *world) dropFiles(s *stream) {
	for _, f := range s.files {
		w.shelf.drop(f)
	}
}

// dropOf drops the files of some points of a stream, and tells how many there were.
func (s *shelf) dropOf(from *stream, points []point) (n int) {
	if len(from.files) == 0 {
		return 0
	}
	for _, p := range points {
		if f := from.files[p.seq]; f != nil {
			s.drop(f)
			n++
		}
	}
	return n
}
