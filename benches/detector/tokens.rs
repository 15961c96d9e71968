//! Tokens of providers, drawn in the forms that the providers publish.

use crate::lot::{ALNUM, BASE32, BASE64, BASE64_URL, DIGITS, LOWER, Lot, UPPER, base64};

/// One token of some provider.
pub(crate) fn token(lot: &mut Lot) -> String {
    match lot.between(0, 3) {
        0 => lot.any(CODE),
        1 => lot.any(CLOUD),
        2 => lot.any(MODELS),
        _ => lot.any(BUSINESS),
    }
}

/// Code hosts, registries and build services.
const CODE: &[fn(&mut Lot) -> String] = &[
    |lot| format!("{}_{}", lot.pick(&["ghp", "gho", "ghu", "ghs", "ghr"]), lot.draw(ALNUM, 36)),
    |lot| format!("github_pat_{}_{}", lot.draw(ALNUM, 22), lot.draw(ALNUM, 59)),
    |lot| format!("{}-{}", lot.pick(&["glpat", "glrt", "gldt", "glptt"]), lot.draw(BASE64_URL, 20)),
    |lot| format!("glpat-{}.01.{}", lot.draw(BASE64_URL, 27), lot.draw(LOWER, 9)),
    |lot| format!("npm_{}", lot.draw(ALNUM, 36)),
    |lot| format!("pypi-AgEIcHlwaS5vcmc{}", lot.draw(BASE64_URL, 130)),
    |lot| format!("rubygems_{}", lot.hex(48)),
    |lot| format!("dckr_pat_{}", lot.draw(BASE64_URL, 27)),
    |lot| format!("ATATT3xFfGF0{}={}", lot.draw(BASE64_URL, 171), lot.hex(8).to_uppercase()),
    |lot| format!("cio{}", lot.draw(ALNUM, 32)),
    |lot| format!("CCIPAT_{}_{}", lot.draw(ALNUM, 22), lot.hex(40)),
    |lot| format!("bkua_{}", lot.hex(40)),
    |lot| format!("{}_{}", lot.pick(&["sqp", "squ", "sqa"]), lot.hex(40)),
    |lot| format!("sgp_{}_{}", lot.hex(16), lot.hex(40)),
    |lot| format!("AKCp{}", lot.draw(ALNUM, 69)),
    |lot| format!("oy2{}", lot.draw("abcdefghijklmnop234567", 43)),
    |lot| format!("nfp_{}", lot.draw(ALNUM, 36)),
];

/// Clouds, databases, observability.
const CLOUD: &[fn(&mut Lot) -> String] = &[
    |lot| format!("{}{}", lot.pick(&["AKIA", "ASIA"]), lot.draw(BASE32, 16)),
    |lot| format!("AIza{}", lot.draw(BASE64_URL, 35)),
    |lot| format!("GOCSPX-{}", lot.draw(BASE64_URL, 28)),
    |lot| format!("hvs.{}", lot.draw(BASE64_URL, 90)),
    |lot| format!("hvb.{}", lot.draw(BASE64_URL, 138)),
    |lot| format!("{}.atlasv1.{}", lot.draw(ALNUM, 14), lot.draw(ALNUM, 67)),
    |lot| format!("NRAK-{}", lot.draw(UPPER, 27)),
    |lot| format!("{}NRAL", lot.hex(36)),
    |lot| format!("glsa_{}_{}", lot.draw(ALNUM, 32), lot.hex(8)),
    |lot| format!("glc_{}", base64(&lot.bytes(90))),
    |lot| format!("dop_v1_{}", lot.hex(64)),
    |lot| format!("dapi{}", lot.hex(32)),
    |lot| format!("dt0c01.{}.{}", lot.draw(UPPER, 24), lot.draw(UPPER, 64)),
    |lot| format!("dp.pt.{}", lot.draw(ALNUM, 43)),
    |lot| format!("dp.st.prod.{}", lot.draw(ALNUM, 43)),
    |lot| format!("pul-{}", lot.hex(40)),
    |lot| format!("pscale_tkn_{}", lot.draw(BASE64_URL, 43)),
    |lot| format!("pscale_pw_{}", lot.draw(BASE64_URL, 43)),
    |lot| format!("sntryu_{}", lot.hex(64)),
    |lot| format!("sntrys_{}_{}", base64(&lot.bytes(60)), lot.draw(BASE64, 43)),
    |lot| format!("ops_{}", base64(format!("{{\"signInAddress\":\"{}\"}}", lot.draw(ALNUM, 300)).as_bytes())),
    |lot| format!("sbp_{}", lot.hex(40)),
    |lot| format!("sb_secret_{}_{}", lot.draw(BASE64_URL, 22), lot.draw(BASE64_URL, 8)),
    |lot| format!("tskey-auth-{}CNTRL-{}", lot.draw(ALNUM, 11), lot.draw(ALNUM, 32)),
    |lot| format!("HRKU-AA{}", lot.draw(BASE64_URL, 58)),
    |lot| format!("AGE-SECRET-KEY-1{}", lot.draw("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    |lot| format!("{}{}Q~{}", lot.draw(ALNUM, 3), lot.draw(DIGITS, 1), lot.draw(ALNUM, 34)),
    |lot| format!("hcaik_{}", lot.draw(LOWER, 58)),
    |lot| format!("AQVN{}", lot.draw(BASE64_URL, 36)),
    |lot| format!("IQoJb3JpZ2luX2Vj{}", base64(&lot.bytes(390))),
    |lot| format!("sdk-{}", lot.uuid()),
];

/// Models.
const MODELS: &[fn(&mut Lot) -> String] = &[
    |lot| format!("sk-{}T3BlbkFJ{}", lot.draw(ALNUM, 20), lot.draw(ALNUM, 20)),
    |lot| format!("sk-proj-{}T3BlbkFJ{}", lot.draw(BASE64_URL, 74), lot.draw(BASE64_URL, 74)),
    |lot| format!("sk-ant-api03-{}AA", lot.draw(BASE64_URL, 93)),
    |lot| format!("hf_{}", lot.draw("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 34)),
    |lot| format!("gsk_{}", lot.draw(ALNUM, 52)),
    |lot| format!("pplx-{}", lot.draw(ALNUM, 48)),
    |lot| format!("r8_{}", lot.draw(ALNUM, 37)),
    |lot| format!("xai-{}", lot.draw(ALNUM, 80)),
    |lot| format!("sk-or-v1-{}", lot.hex(64)),
    |lot| format!("pcsk_{}_{}", lot.draw(ALNUM, 6), lot.draw(ALNUM, 63)),
    |lot| format!("lsv2_pt_{}_{}", lot.hex(32), lot.hex(10)),
    |lot| format!("sk-{}", lot.hex(32)),
];

/// Payment, mail, chat, work.
const BUSINESS: &[fn(&mut Lot) -> String] = &[
    |lot| format!("xoxb-{}-{}-{}", lot.draw(DIGITS, 12), lot.draw(DIGITS, 13), lot.draw(ALNUM, 24)),
    |lot| {
        let parts = [lot.draw(DIGITS, 12), lot.draw(DIGITS, 12), lot.draw(DIGITS, 13), lot.hex(32)];
        format!("xoxp-{}", parts.join("-"))
    },
    |lot| format!("xapp-1-A{}-{}-{}", lot.draw(UPPER, 10), lot.draw(DIGITS, 13), lot.hex(64)),
    |lot| format!("{}_{}", lot.pick(&["sk_live", "sk_test", "rk_live"]), lot.draw(ALNUM, 99)),
    |lot| format!("sk_live_{}", lot.draw(ALNUM, 24)),
    |lot| format!("whsec_{}", lot.draw(ALNUM, 32)),
    |lot| format!("SG.{}.{}", lot.draw(BASE64_URL, 22), lot.draw(BASE64_URL, 43)),
    |lot| format!("key-{}", lot.hex(32)),
    |lot| format!("{}-{}-{}", lot.hex(32), lot.hex(8), lot.hex(8)),
    |lot| format!("{}-us{}", lot.hex(32), lot.between(1, 21)),
    |lot| format!("xkeysib-{}-{}", lot.hex(64), lot.draw(ALNUM, 16)),
    |lot| format!("shpat_{}", lot.hex(32)),
    |lot| format!("EAAA{}", lot.draw(BASE64_URL, 60)),
    |lot| format!("sq0csp-{}", lot.draw(BASE64_URL, 43)),
    |lot| format!("{}:AA{}", lot.between(100_000_000, 9_999_999_999), lot.draw(BASE64_URL, 33)),
    |lot| {
        let id = base64(lot.draw("123456789", 18).as_bytes());
        format!("{id}.{}.{}", lot.draw(BASE64_URL, 6), lot.draw(BASE64_URL, 38))
    },
    |lot| format!("lin_api_{}", lot.draw(ALNUM, 40)),
    |lot| format!("PMAK-{}-{}", lot.hex(24), lot.hex(34)),
    |lot| format!("figd_{}", lot.draw(BASE64_URL, 40)),
    |lot| format!("ntn_{}{}", lot.draw(DIGITS, 11), lot.draw(ALNUM, 35)),
    |lot| format!("pat{}.{}", lot.draw(ALNUM, 14), lot.hex(64)),
    |lot| format!("pat-na1-{}", lot.uuid()),
    |lot| format!("1/{}:{}", lot.draw(DIGITS, 16), lot.hex(32)),
    |lot| format!("access-production-{}", lot.uuid()),
    |lot| format!("CFPAT-{}", lot.draw(BASE64_URL, 43)),
    |lot| format!("tfp_{}_{}", lot.draw(ALNUM, 44), lot.draw(ALNUM, 14)),
    |lot| format!("shippo_live_{}", lot.hex(40)),
    |lot| format!("EZAK{}", lot.draw(ALNUM, 54)),
    |lot| format!("SK{}", lot.hex(32)),
    |lot| format!("re_{}_{}", lot.draw(ALNUM, 8), lot.draw(ALNUM, 24)),
    |lot| format!("sk.eyJ1Ijoi{}.{}", lot.draw(ALNUM, 60), lot.draw(BASE64_URL, 22)),
];
