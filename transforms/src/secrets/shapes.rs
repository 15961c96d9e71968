//! The shapes of credentials, as their providers publish them.
//!
//! A shape is written as text and classes: `{a36}` is 36 letters and digits, `{h8-16}` 8 to 16 hexadecimal digits, `{u20-}` at least 20
//! characters of base64 for addresses. `matcher` says which classes there are.

use super::Kind;

/// How far a shape can be trusted without a name beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// On its own.
    High,
    /// Mostly.
    Medium,
    /// Only where the name speaks of a secret or of the provider.
    Context,
}

/// A credential's shapes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Names the shape.
    pub(super) id: &'static str,
    /// Any of these.
    pub(super) forms: &'static [&'static str],
    /// How far it can be trusted.
    pub(super) strength: Strength,
    /// What kind of secret has it.
    pub(super) kind: Kind,
    /// A word of names that makes a context.
    pub(super) provider: Option<&'static str>,
}

const fn shape(id: &'static str, strength: Strength, forms: &'static [&'static str]) -> Shape {
    Shape { id, forms, strength, kind: Kind::Credential, provider: None }
}

impl Shape {
    const fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    const fn of(self, provider: &'static str) -> Self {
        Self { provider: Some(provider), ..self }
    }
}

use Strength::{Context, High, Medium};

/// Every shape, the more telling before the less.
#[rustfmt::skip]
pub(super) const SHAPES: &[Shape] = &[
    shape("aws-access-key-id", High, &["AKIA{s16}", "ASIA{s16}", "ABIA{s16}", "ACCA{s16}"]).kind(Kind::AwsKeyPair),
    shape("aws-session-token", High, &["IQoJb3JpZ2lu{b60-}", "FwoGZXIvYXdz{b60-}"]).kind(Kind::AwsKeyPair),
    shape("aws-bedrock-long", High, &["ABSK{b100-}"]),
    shape("github-token", High, &["ghp_{a36-}", "gho_{a36-}", "ghu_{a36-}", "ghs_{a36-}", "ghr_{a36-}"]),
    shape("github-fine-grained", High, &["github_pat_{a22}_{a59}"]),
    shape("gitlab-token", High, &[
        "glpat-{D20-}", "gldt-{D20-}", "glft-{D20-}", "glsoat-{D20-}", "glrt-{D20-}", "glptt-{D20-}", "glcbt-{D20-}",
        "glagent-{D20-}", "gloas-{D20-}", "glimt-{D20-}", "glffct-{D20-}",
    ]),
    shape("slack-token", High, &["xoxa-{u16-}", "xoxb-{u16-}", "xoxe-{u16-}", "xoxo-{u16-}", "xoxp-{u16-}", "xoxr-{u16-}", "xoxs-{u16-}"]),
    shape("slack-app-token", High, &["xapp-{d1}-{U8-}-{d8-}-{h32-}"]),
    shape("slack-webhook", High, &["hooks.slack.com/services/{p20-}", "hooks.slack.com/workflows/{p20-}", "hooks.slack.com/triggers/{p20-}"]),
    shape("discord-webhook", High, &["discord.com/api/webhooks/{d16-20}/{u60-}", "discordapp.com/api/webhooks/{d16-20}/{u60-}"]),
    shape("teams-webhook", High, &[".webhook.office.com/webhookb2/{p36-}", "outlook.office.com/webhook/{p36-}"]),
    shape("zapier-webhook", High, &["hooks.zapier.com/hooks/catch/{p12-}"]),
    shape("pagerduty-webhook", High, &["events.pagerduty.com/integration/{l32}/"]),
    shape("telegram-address", High, &["api.telegram.org/bot{d8-10}:AA{u33}"]),
    shape("google-chat-webhook", High, &["chat.googleapis.com/v1/spaces/{u8-}/messages?key={u39}&token={p20-}"]),
    shape("stripe-secret", High, &["sk_live_{a16-}", "sk_test_{a16-}", "rk_live_{a16-}", "rk_test_{a16-}"]),
    shape("stripe-webhook-signing", High, &["whsec_{b24-}"]),
    shape("google-oauth-client-secret", High, &["GOCSPX-{u28}"]),
    shape("google-api-key", Medium, &["AIza{u35}"]),
    shape("age-secret-key", High, &["AGE-SECRET-KEY-1{U58}"]).kind(Kind::PrivateKey),
    shape("azure-storage-key", High, &["AccountKey={b86-}"]).kind(Kind::ConnectionString),
    shape("azure-sas", High, &["sig={p40-}"]),
    shape("azure-ad-client-secret", Medium, &["{a3}{d1}Q~{D31-34}"]).of("AZURE"),
    shape("npm-token", High, &["npm_{a36}"]),
    shape("pypi-token", High, &["pypi-AgEIcHlwaS5vcmc{u50-}"]),
    shape("sendgrid", High, &["SG.{u16-32}.{u16-64}"]),
    shape("twilio-api-key", Medium, &["SK{h32}"]).of("TWILIO"),
    shape("mailgun", High, &["key-{h32}"]),
    shape("mailgun-sending-key", Medium, &["{h32}-{h8}-{h8}"]),
    shape("mailchimp", Medium, &["{h32}-us{d1-2}"]).of("MAILCHIMP"),
    shape("brevo", High, &["xkeysib-{h64}-{a16}", "xsmtpsib-{h64}-{a16}"]),
    shape("resend", Medium, &["re_{a8}_{a24}"]),
    shape("openai", High, &["sk-proj-{u40-}", "sk-svcacct-{u40-}", "sk-admin-{u40-}", "sk-{a20}T3BlbkFJ{a20}"]),
    shape("anthropic", High, &["sk-ant-api03-{u80-}", "sk-ant-admin01-{u80-}", "sk-ant-oat01-{u80-}"]),
    shape("openrouter", High, &["sk-or-v1-{h64}"]),
    shape("deepseek", Medium, &["sk-{h32}"]),
    shape("huggingface", High, &["hf_{L34}", "api_org_{L34}"]),
    shape("groq", High, &["gsk_{a52}"]),
    shape("perplexity", High, &["pplx-{a48}"]),
    shape("replicate", High, &["r8_{a37}"]),
    shape("xai", High, &["xai-{a80}"]),
    shape("pinecone", High, &["pcsk_{a4-8}_{a40-}"]),
    shape("langsmith", High, &["lsv2_pt_{h32}_{h10}", "lsv2_sk_{h32}_{h10}"]),
    shape("vault-token", High, &["hvs.{u24-}", "hvb.{u24-}", "hvr.{u24-}"]),
    shape("terraform-cloud", High, &["{a14}.atlasv1.{u60-}"]),
    shape("newrelic", High, &["NRAK-{U20-}", "NRII-{u20-}", "NRAA-{u20-}", "NRIQ-{u20-}", "NRRA-{u20-}", "{h36}NRAL"]),
    shape("grafana", High, &["glsa_{a32}_{H8}", "glc_{b32-}"]),
    shape("honeycomb", Medium, &["hcaik_{l58}", "hcalk_{l58}", "hcxik_{l58}", "hcamk_{l58}", "hcbik_{l58}"]),
    shape("digitalocean", High, &["dop_v1_{h64}", "doo_v1_{h64}", "dor_v1_{h64}"]),
    shape("databricks", High, &["dapi{h32}"]),
    shape("dynatrace", High, &["dt0c01.{U24}.{U64}", "dt0s01.{U24}.{U64}", "dt0s16.{U24}.{U64}"]),
    shape("doppler", High, &["dp.pt.{D40-}", "dp.st.{D40-}", "dp.ct.{D40-}", "dp.sa.{D40-}", "dp.scim.{D40-}", "dp.audit.{D40-}"]),
    shape("shopify", High, &["shpat_{H32}", "shpca_{H32}", "shppa_{H32}", "shpss_{H32}"]),
    shape("square", Medium, &["sq0atp-{u22}", "sq0csp-{u43}", "EAAA{u60}"]).of("SQUARE"),
    shape("telegram-bot", High, &["{d8-10}:AA{u33}"]).of("TELEGRAM"),
    shape("discord-bot", Medium, &["{u23-28}.{u6}.{u27-38}"]).of("DISCORD"),
    shape("linear", High, &["lin_api_{a40}", "lin_oauth_{h64}"]),
    shape("postman", High, &["PMAK-{h24}-{h34}"]),
    shape("pulumi", High, &["pul-{h40}"]),
    shape("rubygems", High, &["rubygems_{h48}"]),
    shape("crates-io", Medium, &["cio{a32}"]),
    shape("nuget", High, &["oy2{l43}"]),
    shape("artifactory", High, &["AKCp{a60-}"]),
    shape("circleci", High, &["CCIPAT_{a20-24}_{h40}"]),
    shape("buildkite", High, &["bkua_{h40}", "bkaj_{u40-}"]),
    shape("sonarqube", High, &["sqp_{h40}", "squ_{h40}", "sqa_{h40}"]),
    shape("sourcegraph", High, &["sgp_{h40}", "sgp_{a16}_{h40}", "sgp_local_{h40}"]),
    shape("netlify", High, &["nfp_{a36-}"]),
    shape("docker-hub-pat", High, &["dckr_pat_{u27}", "dckr_oat_{u32}"]),
    shape("planetscale", High, &["pscale_tkn_{D32-}", "pscale_pw_{D32-}", "pscale_oauth_{D32-}"]),
    shape("supabase", High, &["sbp_{h40}", "sb_secret_{u22}_{u8}", "sb_secret_{u31}"]),
    shape("neon", High, &["napi_{l60-}"]),
    shape("tailscale", High, &["tskey-auth-{u20-}", "tskey-api-{u20-}", "tskey-client-{u20-}", "tskey-scim-{u20-}"]),
    shape("heroku", High, &["HRKU-AA{u58}"]),
    shape("fly", High, &["fo1_{u40-}", "fm2_{b100-}", "fm1r_{b100-}"]),
    shape("yandex", Medium, &["AQVN{u35-38}"]),
    shape("launchdarkly", High, &["sdk-{h8}-{h4}-{h4}-{h4}-{h12}", "api-{h8}-{h4}-{h4}-{h4}-{h12}"]),
    shape("hubspot", High, &["pat-na{d1}-{h8}-{h4}-{h4}-{h4}-{h12}", "pat-eu{d1}-{h8}-{h4}-{h4}-{h4}-{h12}"]),
    shape("plaid", High, &["access-production-{h8}-{h4}-{h4}-{h4}-{h12}", "access-sandbox-{h8}-{h4}-{h4}-{h4}-{h12}"]),
    shape("sentry", High, &["sntrys_{b40-}", "sntryu_{h64}"]),
    shape("1password-service", High, &["ops_eyJ{b200-}"]),
    shape("atlassian", High, &["ATATT3{u150-}", "ATCTT3{u150-}"]),
    shape("figma", High, &["figd_{u40}", "figu_{u40}"]),
    shape("notion", High, &["ntn_{a40-}", "secret_{a43}"]),
    shape("airtable", High, &["pat{a14}.{h64}"]),
    shape("asana", Medium, &["1/{d13-19}:{h32}", "2/{d13-19}/{d13-19}:{h32}"]),
    shape("contentful", High, &["CFPAT-{u43}"]),
    shape("typeform", High, &["tfp_{D40-}"]),
    shape("shippo", High, &["shippo_live_{h40}", "shippo_test_{h40}"]),
    shape("easypost", High, &["EZAK{a54}", "EZTK{a54}"]),
    shape("duffel", High, &["duffel_live_{u43}", "duffel_test_{u43}"]),
    shape("flutterwave", High, &["FLWSECK-{l20-}", "FLWSECK_TEST-{l20-}", "FLWSECK_LIVE-{l20-}"]),
    shape("mapbox-secret", High, &["sk.eyJ{u20-}.{u20-}"]),
    shape("prefect", High, &["pnu_{a36}"]),
    shape("infracost", High, &["ico-{a32}"]),
    shape("adafruit", High, &["aio_{a28}"]),
    shape("readme", High, &["rdme_{l70}"]),
    shape("frame-io", High, &["fio-u-{u64}"]),
    shape("adobe", High, &["p8e-{h32}"]),
    shape("bitbucket", High, &["ATBB{a32}"]),
    shape("dropbox", High, &["sl.{u130-}"]),
    shape("facebook", Medium, &["EAA{a140-}"]),
    shape("lob", Medium, &["live_{h35}", "test_{h35}"]),
    shape("databricks-oauth", High, &["dose{h32}"]),
    shape("scalingo", High, &["tk-us-{u48}"]),
    shape("clojars", High, &["CLOJARS_{l60}"]),
    shape("jwt", Medium, &["eyJ{u10-}.ey{u10-}.{u10-}", "eyI{u10-}.ey{u10-}.{u10-}"]),
    shape("azure-devops", Context, &["{l52}"]).of("AZURE"),
];
