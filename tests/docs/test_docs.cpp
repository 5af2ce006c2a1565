// What the documents point at is there, and what they quote stands in the file that they name.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

const fs::path root = HEED_SOURCE_DIR;

// Without the spaces around them: a block may stand further left than what it quotes.
Lines trimmed_lines(const fs::path& path) {
  std::ifstream file(path);
  Lines lines;
  for (std::string line; std::getline(file, line);) {
    const std::size_t from = line.find_first_not_of(' ');
    lines.push_back(from == std::string::npos ? ""
                                              : line.substr(from, line.find_last_not_of(' ') + 1 - from));
  }
  return lines;
}

std::vector<fs::path> documents() {
  std::vector<fs::path> paths{root / "README.md", root / "CONTRIBUTING.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") paths.push_back(entry.path());
  }
  return paths;
}

// A fenced block whose first line names the file it quotes: ```cpp ops/matmul.h
struct Quote {
  std::string file;
  Lines lines;
};

std::vector<Quote> quotes_in(const fs::path& document) {
  std::vector<Quote> quotes;
  const std::regex fence("```cpp ([a-z_0-9]+/[a-z_0-9/]+\\.(?:h|cpp))");
  std::smatch match;
  bool inside = false;
  for (const std::string& line : trimmed_lines(document)) {
    if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      quotes.back().lines.push_back(line);
    } else if (std::regex_match(line, match, fence)) {
      quotes.push_back({match[1], {}});
      inside = true;
    }
  }
  CHECK_FALSE(inside);
  return quotes;
}

bool stands_in(const Lines& part, const Lines& whole) {
  return !part.empty() && std::search(whole.begin(), whole.end(), part.begin(), part.end()) != whole.end();
}

}  // namespace

TEST_CASE("what a document quotes stands in the file that it names") {
  std::size_t count = 0;
  for (const fs::path& document : documents()) {
    CAPTURE(document);
    for (const Quote& quote : quotes_in(document)) {
      CAPTURE(quote.file);
      REQUIRE(fs::exists(root / quote.file));
      CHECK(stands_in(quote.lines, trimmed_lines(root / quote.file)));
      ++count;
    }
  }
  CHECK(count > 5);
}

TEST_CASE("what a document points at is there") {
  const std::regex link("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");  // no addresses of the web
  std::size_t count = 0;
  for (const fs::path& document : documents()) {
    CAPTURE(document);
    for (const std::string& line : trimmed_lines(document)) {
      for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
        CAPTURE(line);
        CHECK(fs::exists(document.parent_path() / (*at)[1].str()));
        ++count;
      }
    }
  }
  CHECK(count > 20);
}
