package custody_test

import (
	"sync"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
)

// BenchmarkDispatchAndAccept moves fifty assets out and back by two vouchers; an
// operation is a voucher drafted, dispatched and accepted.
func BenchmarkDispatchAndAccept(b *testing.B) {
	w := booktest.New(b)
	tags := w.Radios(50)
	ends := []string{"NORTH-STORE", "SOUTH-STORE"}
	admin := w.As("admin")
	b.ReportAllocs()
	for b.Loop() {
		v, err := w.Custody.Draft(admin, custody.NewVoucher{Kind: models.TransferVoucher, From: ends[0], To: ends[1], Lines: lines(tags...)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.Custody.Dispatch(admin, v.Number, 0, booktest.Sign("Sender")); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Custody.Accept(admin, v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Receiver")}); err != nil {
			b.Fatal(err)
		}
		ends[0], ends[1] = ends[1], ends[0]
	}
	b.ReportMetric(float64(b.N*50)/b.Elapsed().Seconds(), "assets/s")
}

// BenchmarkQuickIssue issues one asset with the receiver's signature and takes it
// back.
func BenchmarkQuickIssue(b *testing.B) {
	w := booktest.New(b)
	tag := w.Radios(1)[0]
	keeper := w.As("keeper-north")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Custody.Issue(keeper, tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Custody.Return(keeper, tag, 0, custody.Return{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQuickIssueByEight has eight storekeepers issue from one store, and take
// back, all at once: the numbers of their vouchers are of one series.
func BenchmarkQuickIssueByEight(b *testing.B) {
	w := booktest.New(b)
	tags := w.Radios(8)
	keeper := w.As("keeper-north")
	var all sync.WaitGroup
	each := max(b.N/len(tags), 1)
	b.ResetTimer()
	for _, tag := range tags {
		all.Go(func() {
			for range each {
				if _, err := w.Custody.Issue(keeper, tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
					b.Error(err)
				}
				if _, err := w.Custody.Return(keeper, tag, 0, custody.Return{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(2*each*len(tags))/b.Elapsed().Seconds(), "movements/s")
}
