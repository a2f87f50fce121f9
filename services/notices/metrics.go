package notices

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quartermaster/models"
)

// counts are what this instance has tried.
type counts struct{ attempts *prometheus.CounterVec }

func (c *counts) init() {
	c.attempts = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "quartermaster_message_attempts_total", Help: "Attempts of this instance to send a message, by channel and result: accepted, failed or dead (given up).",
	}, []string{"channel", "result"})
}

func (c *counts) tried(m *models.Message, failed error) {
	result := "accepted"
	switch {
	case failed != nil && m.Waits():
		result = "failed"
	case failed != nil:
		result = "dead"
	}
	c.attempts.WithLabelValues(string(m.Channel), result).Inc()
}

var queueLength = prometheus.NewDesc("quartermaster_messages", "Messages in the outbox of the book, by state: waiting or dead; 10,000 stands for more.", []string{"state"}, nil)

// Describe and Collect make the service a prometheus.Collector.
func (s *Service) Describe(to chan<- *prometheus.Desc) {
	s.counts.attempts.Describe(to)
	to <- queueLength
}

// Collect tells how the outbox is.
func (s *Service) Collect(to chan<- prometheus.Metric) {
	s.counts.attempts.Collect(to)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counted, err := s.count(ctx, models.MessageWaiting, models.MessageDead)
	if err != nil {
		to <- prometheus.NewInvalidMetric(queueLength, err)
		return
	}
	for state, n := range counted {
		to <- prometheus.MustNewConstMetric(queueLength, prometheus.GaugeValue, float64(n), string(state))
	}
}
