// heed-translate inspect looks inside a model.
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "program.h"
#include <doctest/doctest.h>

#include <heed/models/training/safetensors.h>

using namespace heed;

namespace {

struct Model {
  Directory directory;
  std::string inspect;

  Model() {
    const Outcome trained = run("train --preset micro --max-steps 1 --out " + directory / "run");
    CAPTURE(trained.output);
    REQUIRE(trained.status == 0);
    inspect = "inspect --checkpoint " + directory / "run" + " ";
  }
  std::string look(const std::string& flags) const {
    const Outcome outcome = run(inspect + flags);
    CAPTURE(flags);
    CAPTURE(outcome.output);
    CHECK(outcome.status == 0);
    return outcome.output;
  }
  // One line that says `expected`.
  void refuses(const std::string& flags, const std::string& expected, int status = 1) const {
    const Outcome outcome = run(inspect + flags);
    CAPTURE(flags);
    CAPTURE(outcome.output);
    CHECK(outcome.status == status);
    CHECK(outcome.output.find(expected) != std::string::npos);
    if (status == 1) CHECK(std::ranges::count(outcome.output, '\n') == 1);
  }
};

std::vector<std::string> first_words(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) words.push_back(line.substr(0, line.find(' ')));
  return words;
}

}  // namespace

TEST_CASE("tensors are listed, filtered, and each that is listed can be fetched") {
  const Model model;
  const std::vector<std::string> names = first_words(model.look("--tensors"));
  CHECK(names.size() > 50);
  CHECK(std::ranges::count(names, "decoder/0/cross/weights") == 1);
  const std::string weights = model.look("--tensors --match cross/weights");
  CHECK(weights.starts_with("decoder/0/cross/weights "));
  CHECK(weights.find(" f32[1, 2, 12, 12] ") != std::string::npos);
  CHECK(first_words(weights).size() == 1);

  std::string all = "--text 'half past seven' --output " + model.directory / "all.safetensors";
  for (const std::string& name : names) all += " --fetch '" + name + "'";
  CHECK(model.look(all).empty());
  CHECK(read_safetensors(model.directory / "all.safetensors").tensors.size() == names.size());
}

TEST_CASE("fetched values are printed with the sentence they belong to, or written") {
  const Model model;
  const std::string flags =
      "--text 'half past seven' --target 'halb acht' --fetch cross/weights --fetch logits ";
  const std::string printed = model.look(flags);
  CHECK(
      printed.starts_with("source  half past seven </s>\ntarget  <s> halb acht\n\n"
                          "decoder/0/cross/weights  f32[1, 2, 3, 4]\n[[[["));
  CHECK(printed.find("\n\nlogits  f32[1, 3, ") != std::string::npos);
  CHECK(printed.size() < 4000);  // abbreviated
  const std::string path = model.directory / "values.safetensors";
  CHECK(model.look(flags + "--output " + path + " --threads 1").empty());
  const TensorFile file = read_safetensors(path);
  REQUIRE(file.tensors.contains("decoder/0/cross/weights"));
  CHECK(file.tensors.at("decoder/0/cross/weights").shape() == Shape{1, 2, 3, 4});
  CHECK(file.metadata.at("target") == "<s> halb acht");
  CHECK(model.look("--text one --fetch logits --backend reference").starts_with("source  one </s>\n"));
}

TEST_CASE("what cannot be fetched is refused in one line") {
  const Model model;
  const std::string text = "--text 'half past seven' ";
  model.refuses(text + "--fetch weights", "could be any of 3 tensors: encoder/0/self/weights");
  model.refuses(text + "--fetch logit", "nearest: logits; inspect --tensors lists all");
  model.refuses(text + "--fetch ''", "no tensor is called \"\"");
  model.refuses("--text '' --fetch logits", "the source is empty");
  model.refuses("--text \"$(printf '\\377')\" --fetch logits", "the source cannot be read");
  model.refuses("--tensors --match nothing/like/it", "no tensor's name holds \"nothing/like/it\"");
  model.refuses(text + "--fetch logits --output /proc/values", "/proc/values");
  model.refuses(text + "--fetch logits --backend abacus", "no backend \"abacus\"");
  model.refuses(text + "--fetch logits > /dev/full", "cannot write to standard output");
}

TEST_CASE("flags for looking inside that do not belong together are refused") {
  const Model model;
  model.refuses("--fetch logits", "--text", 2);
  model.refuses("--text 'half past seven'", "--fetch", 2);
  model.refuses("--match weights", "--tensors", 2);
  model.refuses("--tensors --fetch logits --text one", "excludes", 2);
  model.refuses("--tensors --plan", "excludes", 2);
  model.refuses("--target eins", "--fetch", 2);
}
