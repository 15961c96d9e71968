# The program alone, linked statically, for a user that is not root: no shell, no package manager, nothing to write to. It looks at what is
# mounted: docker run --rm -v "$PWD:/work:ro" ecs-harden check. There is no git in it, so --changed-since and --policy-from need another one.
FROM rust:1.95.0-alpine AS build
# The toolchain of the image is the one that rust-toolchain.toml names; its other components are not needed here.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN apk add --no-cache musl-dev ca-certificates
WORKDIR /source
COPY . .
RUN cargo build --release --locked

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /source/target/release/ecs-harden /ecs-harden
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/ecs-harden"]
