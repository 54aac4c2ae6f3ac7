package storetest

import (
	"strconv"

	"github.com/onelan/onelan/onenet"
)

var topicCases = []testCase{
	{"topics are listed in the order in which they came", topicOrder},
	{"each product has its own list of topics", topicsOfProducts},
	{"a list of ten thousand topics keeps its order", manyTopics},
}

func topicsOf(id onenet.ProductID, topics ...string) []onenet.TopicRef {
	var refs []onenet.TopicRef
	for _, t := range topics {
		refs = append(refs, onenet.TopicRef{Product: id, Topic: t})
	}
	return refs
}

func (c *check) topics(id onenet.ProductID) []string {
	c.Helper()
	list, err := c.s.Topics(c.Context(), id)
	c.ok(err)
	return list
}

func topicOrder(c *check) {
	c.seed()
	c.apply(onenet.Batch{PutTopics: topicsOf(demoProduct, "z", "灯/1", "a", "z")})
	c.apply(onenet.Batch{PutTopics: topicsOf(demoProduct, "m", "a", "b\xff")})
	c.same("topics that are known keep their place", []string{"z", "灯/1", "a", "m", "b\xff"}, c.topics(demoProduct))
	c.apply(onenet.Batch{
		PutTopics:  topicsOf(demoProduct, "z"),
		DropTopics: topicsOf(demoProduct, "z", "m", "404"),
	})
	c.same("a topic that was dropped begins anew", []string{"灯/1", "a", "b\xff", "z"}, c.topics(demoProduct))
}

func topicsOfProducts(c *check) {
	c.seed()
	c.apply(onenet.Batch{PutTopics: append(topicsOf(demoProduct, "led", "fan"), topicsOf(otherProduct, "fan")...)})
	c.apply(onenet.Batch{DropTopics: append(topicsOf(otherProduct, "led"), topicsOf("404", "fan")...)})
	c.same("the product's", []string{"led", "fan"}, c.topics(demoProduct))
	c.same("the neighbour's", []string{"fan"}, c.topics(otherProduct))
	c.same("nobody's", []string(nil), c.topics("404"))
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutTopics: append(topicsOf(demoProduct, "new"), topicsOf("404", "new")...)})
	c.apply(onenet.Batch{DropProducts: []onenet.ProductID{demoProduct}, AddProducts: []onenet.Product{product(demoProduct)}})
	c.same("the list of a product made anew", []string(nil), c.topics(demoProduct))
	c.same("the neighbour's list then", []string{"fan"}, c.topics(otherProduct))
}

func manyTopics(c *check) {
	c.seed()
	const n = 10_000
	var want []string
	for i := range n {
		want = append(want, strconv.Itoa(i*7919%n)) // each number once, out of order
	}
	c.apply(onenet.Batch{PutTopics: topicsOf(demoProduct, want...)})
	c.same("the list", want, c.topics(demoProduct))
}
