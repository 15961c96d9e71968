use super::*;

fn of(name: &str, value: &str) -> Option<(&'static str, Confidence)> {
    variable(name, value, Nearby::default()).map(|found| (found.rule, found.confidence))
}

#[test]
fn every_shape_is_named_once() {
    let mut ids: Vec<&str> = shapes::SHAPES.iter().map(|shape| shape.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "two shapes have one name");
}

#[test]
fn names_are_judged_by_their_head_noun() {
    for name in [
        "DB_PASSWORD",
        "spring.datasource.password",
        "apiKey",
        "dbPassword2",
        "JWT_SECRET",
        "REDIS_PASS",
        "STRIPE_API_KEY_LIVE",
        "SECRET_KEY_BASE",
        "githubToken",
        "MYSQL_PWD",
        "encryption-key",
        "WORDPRESS_AUTH_SALT",
        "FB_VERIFY_TOKEN",
        "dbpassword",
        "PASSWORD_FOR_KAFKA",
        "VAULT_ENC_KEY",
    ] {
        assert_eq!(of(name, "hunter2").map(|found| found.1), Some(Confidence::High), "{name}");
    }
    for name in [
        "DB_PASSWORD_FILE",
        "SECRET_ARN",
        "OAUTH_CLIENT_ID",
        "ENVIRONMENTS_API_KEY_TABLE_NAME_DYNAMO",
        "PUBLIC_KEY_URL",
        "TOKENIZERS_PARALLELISM",
        "KEYCLOAK_URL",
        "PWD",
        "MONKEY",
        "BYPASS",
        "COMPASS",
        "TOKEN_EXPIRY",
        "MAX_TOKENS",
        "CACHE_KEY_PREFIX",
        "ALLOW_EMPTY_PASSWORD",
        "AUTHOR",
        "PASSENGER_APP_ENV",
        "NEXT_PUBLIC_API_KEY",
    ] {
        assert_eq!(of(name, "hunter2"), None, "{name}");
    }
}

#[test]
fn references_settings_and_templates_are_no_secrets() {
    for value in [
        "",
        "true",
        "15m",
        "3600",
        "v1.2.3",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
        "/run/secrets/db",
        "/app/prod/db-password",
        "${DB_PASSWORD}",
        "$DB_PASSWORD",
        "{{ db_password }}",
        "<db-password>",
        "********",
    ] {
        assert_eq!(of("DB_PASSWORD", value), None, "{value}");
    }
    assert_eq!(of("DB_PASSWORD", "changeme"), Some(("placeholder", Confidence::Low)));
    for value in ["your-very-long-and-secret-password", "sk-proj-xxxxxxxx", "Change-Me!"] {
        assert_eq!(of("DB_PASSWORD", value), Some(("placeholder", Confidence::Low)), "{value}");
    }
    assert_eq!(of("DB_PASSWORD", "sonar"), Some(("secret-name", Confidence::High)));
}

#[test]
fn values_are_judged_by_their_shape_whatever_their_name() {
    let token = ["ghp", "_", "0123456789abcdefghijABCDEFGHIJ012345"].concat();
    assert_eq!(of("SETTING", &token), Some(("github-token", Confidence::High)));
    let address = |password: &str| format!("postgres://app:{password}@db.internal:5432/app");
    assert_eq!(of("DATABASE_URL", &address("hunter2")), Some(("url-userinfo", Confidence::High)));
    assert_eq!(of("DATABASE_URL", &address("${PASSWORD}")), None);
    assert_eq!(of("DATABASE_URL", "postgres://db.internal:5432/app"), None);
    let key = ["-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE"].concat();
    assert_eq!(of("TLS_KEY", &key), Some(("pem-private-key", Confidence::High)));
    assert_eq!(
        of("IMAGE", "registry.example.com/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        None
    );
}

#[test]
fn access_keys_are_told_by_name_and_by_what_stands_beside_them() {
    assert_eq!(of("AWS_ACCESS_KEY_ID", "anything"), Some(("ecs-8-name", Confidence::High)));
    let secret = "abcdefghij0123456789ABCDEFGHIJ0123456789";
    assert_eq!(of("UPLOAD_SETTING", secret), None);
    let nearby = Nearby::of([["AKIA", "ABCDEFGHIJKLMNOP"].concat().as_str()]);
    let found = variable("UPLOAD_SETTING", secret, nearby).map(|found| (found.rule, found.kind));
    assert_eq!(found, Some(("aws-secret-access-key", Kind::AwsKeyPair)));
}

#[test]
fn commands_are_read_word_by_word_and_flag_by_flag() {
    let rule = |list: &[&str]| words(list).map(|found| found.rule);
    assert_eq!(rule(&["redis-server", "--requirepass", "hunter2"]), Some("secret-flag"));
    assert_eq!(rule(&["app", "--password", "hunter2"]), Some("secret-flag"));
    assert_eq!(rule(&["app", "--db-password=hunter2"]), Some("secret-name"));
    assert_eq!(rule(&["sh", "-c", "app --password=hunter2 --verbose"]), Some("secret-name"));
    assert_eq!(rule(&["sh", "-c", "exec app --password hunter2 --verbose"]), Some("secret-flag"));
    assert_eq!(rule(&["CMD-SHELL", "mysqladmin ping -uroot -phunter2 || exit 1"]), Some("secret-flag"));
    assert_eq!(rule(&["curl", "-u", "admin:hunter2", "http://localhost"]), Some("secret-flag"));
    assert_eq!(rule(&["docker", "run", "-p", "8080:80", "-u", "1000:1000", "app"]), None);
    assert_eq!(rule(&["mysqladmin", "ping", "-p$MYSQL_ROOT_PASSWORD"]), None);
    assert_eq!(rule(&["app", "--password", "$DB_PASSWORD"]), None);
    assert_eq!(rule(&["app", "--password-file", "/run/secrets/db"]), None);
    assert_eq!(rule(&["curl", "-f", "http://localhost:8080/health"]), None);
}

#[test]
fn documents_are_read_pair_by_pair() {
    let kind = |value: &str| variable("SETTINGS", value, Nearby::default()).map(|found| found.kind);
    assert_eq!(kind(r#"{"db":{"user":"app","password":"hunter2"}}"#), Some(Kind::Credential));
    assert_eq!(kind(r#"{"passwordPolicy":{"minLength":12},"secretArn":"arn:aws:ssm:x"}"#), None);
    assert_eq!(kind("db:\n  user: app\n  password: 'hunter2'\n"), Some(Kind::Credential));
    assert_eq!(kind("db:\n  user: app\n  password: ${DB_PASSWORD}\n"), None);
    assert_eq!(kind("<server><password>hunter2</password></server>"), Some(Kind::Credential));
    assert_eq!(kind("Server=db;User Id=app;Password=hunter2;Encrypt=True"), Some(Kind::ConnectionString));
    assert_eq!(kind("jdbc:sqlserver://db:1433;user=app;password=hunter2"), Some(Kind::ConnectionString));
    assert_eq!(kind("The password: must have 12 letters"), None);
}

#[test]
fn base64_is_judged_by_what_it_hides() {
    let kind = |name: &str, value: &str| variable(name, value, Nearby::default()).map(|found| found.kind);
    assert_eq!(kind("SETTINGS_B64", "eyJwYXNzd29yZCI6Imh1bnRlcjIifQ=="), Some(Kind::Credential));
    assert_eq!(kind("REGISTRY_AUTH", "ZGVwbG95Omh1bnRlcjI="), Some(Kind::Credential));
    assert_eq!(kind("BANNER_B64", "RW50ZXIgeW91ciBwYXNzd29yZA=="), None);
    assert_eq!(base64::readable("aHVudGVyMi1odW50ZXIy").as_deref(), Some("hunter2-hunter2"));
    assert_eq!(base64::readable("not base64!"), None);
}

#[test]
fn a_form_ends_where_its_class_ends() {
    let id = |text: &str| matcher::find(text).map(|found| found.shape.id);
    let token = ["npm", "_", "0123456789abcdefghijABCDEFGHIJ012345"].concat();
    assert_eq!(id(&token), Some("npm-token"));
    assert_eq!(id(&format!("{token}6")), None, "one letter too many");
    assert_eq!(id(&format!("x{token}")), None, "it begins within a word");
    assert_eq!(id(&format!("token: {token}, and more")), Some("npm-token"));
    assert_eq!(id(&token.replace(|letter: char| letter.is_ascii_digit(), "x")), Some("npm-token"));
    assert_eq!(id(&["npm", "_", &"x".repeat(36)].concat()), None, "nobody drew it");
    let manual = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
    assert_eq!(matcher::find(&manual).map(|found| found.stands_in), Some(true));
}

#[test]
fn a_suspect_shows_nothing_of_the_value() {
    let found = variable("DB_PASSWORD", "hunter2-hunter2", Nearby::default());
    assert!(!format!("{found:?}").contains("hunter2"));
}
