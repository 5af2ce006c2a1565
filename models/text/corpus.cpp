#include <algorithm>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/corpus.h>
#include <heed/models/text/files.h>
#include <heed/models/text/utf8.h>

namespace heed {

namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
}

void require_utf8(std::string_view line, std::string_view name, std::size_t number) {
  const auto offset = first_invalid_utf8(line);
  if (!offset) return;
  throw Error(fmt::format("{}, line {}: byte {} (0x{:02x}) is not valid UTF-8; convert it to UTF-8", name,
                          number, *offset + 1, static_cast<unsigned char>(line[*offset])));
}

}  // namespace

std::vector<std::string> lines_of(std::string_view text, std::string_view name) {
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  std::vector<std::string> lines;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    require_utf8(line, name, lines.size() + 1);
    lines.emplace_back(line);
  }
  return lines;
}

std::vector<std::string> read_lines(const std::string& path) {
  return lines_of(read_file(path), path);
}

ParallelCorpus read_parallel_corpus(const std::string& prefix, std::string_view source_language,
                                    std::string_view target_language, const CorpusOptions& options) {
  const std::string source_path = fmt::format("{}.{}", prefix, source_language);
  const std::string target_path = fmt::format("{}.{}", prefix, target_language);
  std::vector<std::string> sources = read_lines(source_path);
  std::vector<std::string> targets = read_lines(target_path);
  if (sources.size() != targets.size()) {
    throw Error(fmt::format("{} has {} lines but {} has {}: line i of one must translate line i of the other",
                            source_path, sources.size(), target_path, targets.size()));
  }
  ParallelCorpus corpus;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (options.limit > 0 && static_cast<std::int64_t>(corpus.pairs.size()) == options.limit) break;
    if (is_blank(sources[i]) || is_blank(targets[i])) {
      ++corpus.skipped;
    } else {
      corpus.pairs.push_back({std::move(sources[i]), std::move(targets[i])});
    }
  }
  if (corpus.pairs.empty()) {
    throw Error(fmt::format("{} and {} hold no sentence pair: no line of {} has text on both sides",
                            source_path, target_path, sources.size()));
  }
  return corpus;
}

std::vector<std::string> all_sentences(const ParallelCorpus& corpus) {
  std::vector<std::string> sentences;
  sentences.reserve(2 * corpus.pairs.size());
  for (const SentencePair& pair : corpus.pairs) {
    sentences.push_back(pair.source);
    sentences.push_back(pair.target);
  }
  return sentences;
}

}  // namespace heed
