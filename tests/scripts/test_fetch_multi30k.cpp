// scripts/fetch-multi30k against a folder that stands for the network, with a list of two small files.
#include <filesystem>
#include <string>

#include "../examples/program.h"
#include <doctest/doctest.h>

namespace {

namespace fs = std::filesystem;

// A copy of the script, beside a list of its own.
struct Site : Directory {
  Site() {
    fs::create_directories(path / "scripts");
    fs::create_directories(path / "remote");
    fs::copy_file(fs::path(HEED_SOURCE_DIR) / "scripts/fetch-multi30k", path / "scripts/fetch-multi30k");
    file("remote/train.en", "A dog.\nA bike.\n");
    file("remote/train.de", "Ein Hund.\nEin Fahrrad.\n");
    REQUIRE(shell("cd remote && sha256sum train.en train.de > ../scripts/multi30k.sha256 && gzip *").status ==
            0);
  }
  Outcome shell(const std::string& command) const {
    return run_command(fmt::format("cd '{}' && {}", path.string(), command));
  }
  Outcome fetch() const {
    return shell("HEED_MULTI30K_URL=file://$PWD/remote scripts/fetch-multi30k data/here");
  }
  // True when the destination holds these files and nothing else, temporary ones included.
  bool holds(int files) const {
    return std::distance(fs::directory_iterator(path / "data/here"), fs::directory_iterator()) == files;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the files of the list are fetched and unpacked, and not fetched again") {
  const Site site;
  const Outcome first = site.fetch();
  CAPTURE(first.output);
  CHECK(first.status == 0);
  CHECK(contains(first.output, "Multi30k is in data/here (2 files fetched)"));
  CHECK(content(site.path / "data/here/train.en") == "A dog.\nA bike.\n");
  CHECK(content(site.path / "data/here/train.de") == "Ein Hund.\nEin Fahrrad.\n");
  CHECK(site.holds(2));

  fs::remove_all(site.path / "remote");
  const Outcome again = site.fetch();
  CHECK(again.status == 0);
  CHECK(contains(again.output, "(0 files fetched)"));
}

TEST_CASE("a fetch that stopped goes on with what is missing") {
  const Site site;
  fs::rename(site.path / "remote/train.de.gz", site.path / "aside.gz");
  const Outcome stopped = site.fetch();
  CAPTURE(stopped.output);
  CHECK(stopped.status == 1);
  CHECK(contains(stopped.output, "fetch-multi30k: cannot fetch file://"));
  CHECK(contains(stopped.output, "remote/train.de.gz: curl: "));
  CHECK(site.holds(1));

  fs::rename(site.path / "aside.gz", site.path / "remote/train.de.gz");
  CHECK(contains(site.fetch().output, "(1 files fetched)"));
  CHECK(site.holds(2));
}

TEST_CASE("a file with other text or damaged bytes is refused and leaves nothing behind") {
  const Site site;
  REQUIRE(site.shell("echo other | gzip > remote/train.en.gz").status == 0);
  const Outcome other = site.fetch();
  CAPTURE(other.output);
  CHECK(other.status == 1);
  CHECK(contains(other.output, "train.en.gz is not Multi30k's train.en: SHA-256 "));
  CHECK(site.holds(0));

  site.file("remote/train.en.gz", "no gzip");
  const Outcome damaged = site.fetch();
  CHECK(damaged.status == 1);
  CHECK(contains(damaged.output, "train.en.gz is damaged"));
  CHECK(site.holds(0));
}

TEST_CASE("a file that stands in the way is not overwritten") {
  const Site site;
  fs::create_directories(site.path / "data/here");
  site.file("data/here/train.de", "my own\n");
  const Outcome outcome = site.fetch();
  CHECK(outcome.status == 1);
  CHECK(contains(outcome.output, "data/here/train.de is not Multi30k's train.de; move it away to fetch it"));
  CHECK(content(site.path / "data/here/train.de") == "my own\n");
}

TEST_CASE("a host that cannot be reached is one clear error") {
  const Site site;
  const Outcome outcome = site.shell("HEED_MULTI30K_URL=http://127.0.0.1:1 scripts/fetch-multi30k data/here");
  CAPTURE(outcome.output);
  CHECK(outcome.status == 1);
  CHECK(contains(outcome.output, "fetch-multi30k: cannot fetch http://127.0.0.1:1/train.en.gz: curl: "));
  CHECK(site.holds(0));
}
