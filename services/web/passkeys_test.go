package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// TestAPasskeyIsAddedAndSignsIn does so in a browser whose authenticator answers by
// itself, as a phone does when a finger is on it.
func TestAPasskeyIsAddedAndSignsIn(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	ctx, base := browse(t, s, "keeper-north", 360, refused(401, "/phone/register"), refused(401, "/phone/desk")) // which are under way at a sign-out
	base = strings.Replace(base, "127.0.0.1", "localhost", 1)                                                    // a name, and sure
	s.Access.Base = base
	authenticator := func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, AutomaticPresenceSimulation: true, IsUserVerified: true}})
		return err
	}
	do(t, ctx, chromedp.Func(authenticator), chromedp.Navigate(base+"/sign-in"), chromedp.SendKeys("#username", "keeper.north"), chromedp.SendKeys("#password", password+"\n"), chromedp.WaitVisible("header.top"))
	do(t, ctx, chromedp.Navigate(base+"/me/second-factor"), chromedp.WaitVisible("#passkey-name"), chromedp.SendKeys("#passkey-name", "phone of the post\n"), chromedp.WaitVisible(".codes"))
	do(t, ctx, chromedp.Navigate(base+"/me/second-factor"), chromedp.WaitVisible(".signins"))
	if text := said(ctx); !strings.Contains(text, "phone of the post") {
		t.Errorf("the passkey is not listed: %s", text)
	}
	do(t, ctx, chromedp.Click(".menu > summary"), chromedp.Click("form[action='/sign-out'] button"), chromedp.WaitVisible("#username"))
	do(t, ctx, chromedp.Navigate(base+"/sign-in?next=/people"), chromedp.Click("form[data-passkey] button"), chromedp.WaitVisible("header.top"))
	if at := value[string](t, ctx, "location.pathname"); at != "/people" {
		t.Errorf("a passkey alone leads to %s", at)
	}
	do(t, ctx, chromedp.Click(".menu > summary"), chromedp.Click("form[action='/sign-out'] button"), chromedp.WaitVisible("#username"),
		chromedp.SendKeys("#username", "keeper.north"), chromedp.SendKeys("#password", password+"\n"), chromedp.WaitVisible("#code"),
		chromedp.Click("form[data-passkey] button"), chromedp.WaitVisible("header.top"))
	if at := value[string](t, ctx, "location.pathname"); at != "/" {
		t.Errorf("password and passkey lead to %s", at)
	}
}
