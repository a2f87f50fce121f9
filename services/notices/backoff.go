package notices

import "time"

// An attempt that failed is repeated after firstDelay, then after twice as long each
// time, up to longestDelay; after mostAttempts, about two days, it is given up.
const (
	firstDelay   = 30 * time.Second
	longestDelay = 6 * time.Hour
	mostAttempts = 16
)

// delay is how long to wait after so many attempts. Half of it is by chance (random
// is from 0 up to 1), so that what failed together is not tried together again.
// "Equal jitter" of https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/.
func delay(attempts int, random float64) time.Duration {
	whole := longestDelay
	if doublings := attempts - 1; doublings < 10 {
		whole = min(firstDelay<<max(doublings, 0), longestDelay)
	}
	return whole/2 + time.Duration(random*float64(whole/2))
}
