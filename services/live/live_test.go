package live_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/live"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

func TestListenersAreToldOfWhatTheySee(t *testing.T) {
	w := booktest.New(t)
	listen := func(code string, topics ...live.Topic) *live.Listener {
		person, err := access.Caller(w.As(code))
		if err != nil {
			t.Fatal(err)
		}
		l := w.Live.Listen(person, topics...)
		t.Cleanup(func() { w.Live.Leave(l) })
		return l
	}
	vouchers := live.Topic{In: store.Vouchers}
	radio := w.Radio("1")
	news := w.Live.News()
	tell := func() {
		t.Helper()
		if err := news.Tell(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tell() // from here on
	w.Pass(1)
	if _, err := w.Register.Edit(w.As("keeper-north"), radio.Tag, 0, register.AssetEdit{Location: new("shelf 3")}); err != nil {
		t.Fatal(err)
	}
	v, err := w.Custody.Draft(w.As("keeper-north"), custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard", Lines: []custody.NewLine{{Tag: radio.Tag}}})
	if err != nil {
		t.Fatal(err)
	}
	listeners := map[string]*live.Listener{
		"who raised it":          listen("keeper-north", vouchers),
		"the whole book":         listen("admin", vouchers),
		"who paid":               listen("auditor-a", vouchers),
		"by its number":          listen("keeper-south", live.Topic{In: store.Vouchers, Key: v.Number}),
		"another agency":         listen("keeper-coast", vouchers, live.Topic{In: store.Assets}),
		"another number":         listen("admin", live.Topic{In: store.Vouchers, Key: "V-COAST"}),
		"another kind of papers": listen("keeper-north", live.Topic{In: store.Requests}),
		"the items":              listen("keeper-north", live.Topic{In: store.Assets}),
	}
	told := map[string]bool{"who raised it": true, "the whole book": true, "who paid": true, "by its number": true, "the items": true}
	tell()
	tell() // once
	for name, l := range listeners {
		if got := len(l.News) == 1; got != told[name] {
			t.Errorf("%s: told %v", name, got)
		}
	}
	<-listeners["who raised it"].News
	tell()
	if len(listeners["who raised it"].News) != 0 {
		t.Error("told twice of one change")
	}
	w.Live.End()
	for name, l := range listeners {
		for range l.News { // what was told, and then the end
		}
		_ = name
	}
	if l := listen("admin", vouchers); func() bool { _, open := <-l.News; return open }() {
		t.Error("listens to a program that ends")
	}
}
