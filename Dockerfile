# onelan in a container: one static program, no shell, no root.
#
#   docker build -t onelan .
#   docker run --rm -p 6002:6002 -p 8080:8080 onelan
#
# docs/TESTING.md says how to keep the data, and how to reach /_lab/ from inside.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS TARGETARCH VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -ldflags "-s -w -X main.version=$VERSION" -o /out/onelan ./cmd/onelan
RUN mkdir /out/data

FROM scratch
# Triggers may call receivers over https.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/onelan /onelan
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# Neither mDNS nor the search for a server passes a container's bridge.
ENV ONELAN_DATA=/data ONELAN_LAN_MDNS=false ONELAN_LAN_DISCOVERY=off
VOLUME /data
EXPOSE 6002/tcp 8080/tcp
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/onelan", "wait", "--ready", "--timeout", "3s"]
ENTRYPOINT ["/onelan"]
CMD ["serve"]
