package timetable

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	failing = prometheus.NewDesc("quartermaster_job_failures", "Runs of the job that failed since it last went well; above 0 somebody should look.", []string{"job"}, nil)
	last    = prometheus.NewDesc("quartermaster_job_last_run_timestamp_seconds", "When the job ran last.", []string{"job"}, nil)
	good    = prometheus.NewDesc("quartermaster_job_last_success_timestamp_seconds", "When the job was last begun and went well.", []string{"job"}, nil)
	took    = prometheus.NewDesc("quartermaster_job_last_run_seconds", "How long the job took last.", []string{"job"}, nil)
	found   = prometheus.NewDesc("quartermaster_job_last_run_found", "What the job found last: the matters that stand, or the things it did.", []string{"job"}, nil)
)

// Describe and Collect make the service a prometheus.Collector: every instance tells
// the same of the jobs, from the store.
func (s *Service) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{failing, last, good, took, found} {
		all <- d
	}
}

// Collect tells of each job that has run.
func (s *Service) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	jobs, err := s.list(ctx)
	if err != nil {
		all <- prometheus.NewInvalidMetric(failing, err)
		return
	}
	for _, job := range jobs {
		if job.Last == nil {
			continue
		}
		if job.Good != nil {
			all <- prometheus.MustNewConstMetric(good, prometheus.GaugeValue, float64(job.Good.UnixMilli())/1000, job.Name)
		}
		for desc, value := range map[*prometheus.Desc]float64{
			failing: float64(job.Failures), last: float64(job.Last.At.UnixMilli()) / 1000,
			took: (time.Duration(job.Last.Took) * time.Millisecond).Seconds(), found: float64(job.Last.Found),
		} {
			all <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, job.Name)
		}
	}
}
