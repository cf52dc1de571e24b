# The agent in its shipped form: one native program on a base without shell and package manager.
# Build for another architecture with `docker buildx build --platform linux/arm64`: the build stage then runs on a builder of that
# architecture, because NativeAOT does not cross-compile without that architecture's C toolchain.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
RUN apt-get update && apt-get install -qy --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY protos/ protos/
COPY src/ src/
ARG TARGETARCH
RUN dotnet publish src/FalcoStreamer --configuration Release --arch "$TARGETARCH" --output /app \
    && rm -f /app/*.dbg

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
LABEL org.opencontainers.image.title="FalcoStreamer" \
      org.opencontainers.image.description="Turns Falco alerts into reports that people act on" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /app/falcostreamer /usr/local/bin/falcostreamer
USER $APP_UID
EXPOSE 9464
ENTRYPOINT ["/usr/local/bin/falcostreamer"]
CMD ["run"]
