#include <cstdio>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

TEST_CASE("the training benchmark prints what it measured as JSON") {
  const std::string command = fmt::format(
      "{}/heed-bench train --preset micro --batch 2 --src 6 --tgt 5 --vocab 50 --steps 3 --precision f32 "
      "--json",
      HEED_BIN_DIR);
  std::string output(100000, '\0');
  std::FILE* pipe = ::popen(command.c_str(), "r");
  output.resize(std::fread(output.data(), 1, output.size(), pipe));
  CHECK(::pclose(pipe) == 0);
  const auto result = nlohmann::json::parse(output);
  CHECK(result.at("preset") == "micro");
  const double tokens = 2 * (6 + 5);
  CHECK(result.at("tokens_per_s").get<double>() ==
        doctest::Approx(tokens / (result.at("median_ms").get<double>() / 1e3)).epsilon(1e-9));
  CHECK(result.at("best_tokens_per_s").get<double>() >= result.at("tokens_per_s").get<double>());
  CHECK(result.at("loss").get<double>() > 0);
}

TEST_CASE("the compile benchmark says what graphs of each size cost") {
  const std::string command =
      fmt::format("{}/heed-bench compile --nodes 100 400 --repetitions 1 --json", HEED_BIN_DIR);
  std::string output(100000, '\0');
  std::FILE* pipe = ::popen(command.c_str(), "r");
  output.resize(std::fread(output.data(), 1, output.size(), pipe));
  CHECK(::pclose(pipe) == 0);
  const auto result = nlohmann::json::parse(output);
  REQUIRE(result.size() == 2);
  CHECK(result[1].at("nodes").get<int>() > 3 * result[0].at("nodes").get<int>());
  CHECK(result[1].at("steps").get<int>() > result[0].at("steps").get<int>());
  CHECK(result[1].at("mib").get<double>() > 0);
}
