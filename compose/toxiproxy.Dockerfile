# The bridge: Toxiproxy from its pinned Go module, alone in an empty image (no shell: check its health from outside).
#
#   target module (default)   built here with ${GOLANG_IMAGE}; needs no file of the context
#   target prebuilt           the file `toxiproxy` of the context, which compose/images.sh built with the machine's Go
#                             where no image registry can be reached
#
# Needs BuildKit; see services.Dockerfile for how to get it.

ARG GOLANG_IMAGE=golang:1.24.6-bookworm

FROM ${GOLANG_IMAGE} AS build
ARG TOXIPROXY_VERSION=2.12.0
RUN --mount=type=secret,id=ca_bundle --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/var/cache/go-build \
    if [ -s /run/secrets/ca_bundle ]; then export SSL_CERT_FILE=/run/secrets/ca_bundle; fi; \
    CGO_ENABLED=0 GOBIN=/out GOCACHE=/var/cache/go-build go install -trimpath \
        -ldflags "-s -w -X github.com/Shopify/toxiproxy/v2.Version=${TOXIPROXY_VERSION}" \
        "github.com/Shopify/toxiproxy/v2/cmd/server@v${TOXIPROXY_VERSION}" \
    && mv /out/server /out/toxiproxy

FROM scratch AS bare
USER 10001:10001
EXPOSE 8474
ENTRYPOINT ["/toxiproxy"]
CMD ["-host=0.0.0.0"]

FROM bare AS prebuilt
COPY --chmod=0755 toxiproxy /toxiproxy

FROM bare AS module
COPY --from=build --chmod=0755 /out/toxiproxy /toxiproxy
