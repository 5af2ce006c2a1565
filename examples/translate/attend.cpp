// heed-translate attend
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "commands.h"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <heed/models/text/corpus.h>
#include <heed/models/visual/attention_page.h>
#include <heed/models/visual/attention_svg.h>
#include <heed/models/visual/attention_text.h>
#include <heed/models/visual/hard_alignment.h>

namespace heed::translate {

namespace {

constexpr std::int64_t shown_candidates = 5;

MatrixView view_of(const AttendFlags& flags) {
  return {attention_kind(flags.kind), flags.layer, flags.head, flags.pieces, flags.rows == "input"};
}

// The page shows everything; all else needs one kind of attention, or all kinds to be summarised.
AttentionRequest request_of(const AttendFlags& flags) {
  AttentionRequest request;
  if (!flags.page.empty() || flags.heads) {
    request.kinds = {AttentionKind::encoder_self, AttentionKind::decoder_self, AttentionKind::cross};
  } else {
    request.kinds = {view_of(flags).kind};
  }
  if (flags.page.empty()) return request;
  request.candidates = shown_candidates;
  request.states = true;
  return request;
}

std::vector<std::string> sentences_of(const AttendFlags& flags) {
  if (!flags.sentences.empty()) return flags.sentences;
  if (::isatty(STDIN_FILENO)) std::fputs("Enter a sentence a line; end with Ctrl-D.\n", stderr);
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  if (lines.empty()) throw Error("there is no sentence: give some as arguments, or on standard input");
  return lines;
}

// What is looked at: sentences and, where they are given, one translation of each.
struct Texts {
  std::vector<std::string> sentences, translations;
};

Texts texts_of(const AttendFlags& flags) {
  Texts texts{sentences_of(flags), {}};
  if (flags.translations.empty()) return texts;
  texts.translations = read_lines(flags.translations);
  if (texts.translations.size() == texts.sentences.size()) return texts;
  throw Error(fmt::format("{} has {} lines for {} sentences: one belongs to each", flags.translations,
                          texts.translations.size(), texts.sentences.size()));
}

// Runs are told apart by their directories, and where those are called the same, by the whole path.
std::string name_of_run(const AttendFlags& flags, std::size_t index) {
  const auto last_part = [](const std::string& path) {
    const std::filesystem::path name = std::filesystem::path(path + "/").lexically_normal().parent_path();
    return name.filename().string();
  };
  const std::string name = last_part(flags.checkpoints[index]);
  const auto same = [&](const std::string& path) { return last_part(path) == name; };
  return std::ranges::count_if(flags.checkpoints, same) == 1 ? name : flags.checkpoints[index];
}

std::string about(const CheckpointInfo& info) {
  return fmt::format("{} {}, {} → {}, {} steps", model_name(info.config), info.preset, info.source_language,
                     info.target_language, info.progress.step);
}

bool needs_kind(const AttendFlags& flags) {
  return flags.text || flags.alignments || !flags.gold.empty() || !flags.svg.empty();
}

// A model without any attention can still be printed and has its page; one of other kinds is a mistake.
void require_kind(const AttentionReader& reader, const std::string& name, const AttendFlags& flags) {
  const std::vector<AttentionKind>& kinds = reader.kinds();
  const std::string model = fmt::format("{} ({})", name, about(reader.info()));
  if (kinds.empty()) {
    if (!flags.svg.empty() || flags.alignments || flags.heads || !flags.gold.empty())
      throw Error(model + " has no attention to show; --out shows its candidates and states");
    return;
  }
  const AttentionKind kind = view_of(flags).kind;
  if (!needs_kind(flags) || std::ranges::find(kinds, kind) != kinds.end()) return;
  std::vector<std::string_view> names;
  for (const AttentionKind other : kinds) names.push_back(name_of(other));
  throw Error(fmt::format("{} has no {} attention; it has {}", model, name_of(kind), fmt::join(names, ", ")));
}

// What is printed or written of one checkpoint.
struct Shown {
  ModelAttention model;
  std::vector<Alignment> alignments;
};

std::vector<SentenceAttention> read_part(AttentionReader& reader, const Texts& texts, std::size_t start,
                                         std::size_t count, const AttendFlags& flags) {
  const auto sentences = std::span(texts.sentences).subspan(start, count);
  if (texts.translations.empty()) return reader.read(sentences, flags.decoding, request_of(flags));
  return reader.read_given(sentences, std::span(texts.translations).subspan(start, count), request_of(flags));
}

// What is only summarised or aligned is not kept.
void keep(std::vector<SentenceAttention> sentences, const AttendFlags& flags, Shown& shown) {
  const bool all = flags.text || !flags.svg.empty();
  for (SentenceAttention& sentence : sentences) {
    shown.model.heads.add(sentence);
    if (flags.alignments || !flags.gold.empty())
      shown.alignments.push_back(alignment_of(matrix_of(sentence, view_of(flags))));
    if (all || shown.model.sentences.size() < flags.shown)
      shown.model.sentences.push_back(std::move(sentence));
  }
}

Shown read(const AttendFlags& flags, std::size_t checkpoint, const Texts& texts) {
  constexpr std::size_t part = 64;
  AttentionReader reader(flags.checkpoints[checkpoint], flags.backend.open());
  Shown shown;
  shown.model.name = name_of_run(flags, checkpoint);
  shown.model.about = about(reader.info());
  shown.model.attends = !reader.kinds().empty();
  require_kind(reader, shown.model.name, flags);
  const std::size_t count = texts.sentences.size();
  reader.require_readable(texts.sentences);
  if (!texts.translations.empty()) reader.require_readable_translations(texts.translations, count);
  for (std::size_t start = 0; start < count; start += part)
    keep(read_part(reader, texts, start, std::min(part, count - start), flags), flags, shown);
  return shown;
}

WeightMatrix matrix_for(const ModelAttention& model, std::size_t sentence, const AttendFlags& flags) {
  return matrix_of(model.sentences[sentence], view_of(flags));
}

std::string heading_of(const ModelAttention& model, const SentenceAttention& sentence) {
  return fmt::format("{}: {}\n{}\n→ {}{}\n", model.name, model.about, sentence.text, sentence.translation,
                     sentence.ended ? "" : " …");
}

// All of it before any is printed: a layer or head that is not there leaves nothing half done.
void print_text(const std::vector<Shown>& all, const AttendFlags& flags) {
  std::string text;
  for (std::size_t i = 0; i < all.front().model.sentences.size(); ++i) {
    for (const auto& [model, alignments] : all) {
      text += heading_of(model, model.sentences[i]);
      text += model.attends ? to_text(matrix_for(model, i, flags), {.numbers = flags.numbers})
                            : "this model has no attention\n";
      text += "\n";
    }
  }
  fmt::print("{}", text);
}

void print_heads(const std::vector<Shown>& all) {
  for (const auto& [model, alignments] : all) {
    fmt::print("{}: {}\nmeans over {} sentence{}, entropy in bits\n{}\n", model.name, model.about,
               model.heads.sentences(), model.heads.sentences() == 1 ? "" : "s",
               to_text(model.heads.means()));
  }
}

std::vector<GoldAlignment> read_gold(const AttendFlags& flags, std::size_t sentences) {
  std::vector<GoldAlignment> gold;
  if (flags.gold.empty()) return gold;
  const std::vector<std::string> lines = read_lines(flags.gold);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    try {
      gold.push_back(parse_alignment(lines[i]));
    } catch (const Error& error) {
      throw Error(fmt::format("{}, line {}: {}", flags.gold, i + 1, error.what()));
    }
  }
  if (gold.size() == sentences) return gold;
  throw Error(fmt::format("{} has {} lines for {} sentences: one belongs to each", flags.gold, gold.size(),
                          sentences));
}

// Those that are kept are the first ones.
void mark_gold(std::vector<SentenceAttention>& kept, std::span<const GoldAlignment> gold) {
  for (std::size_t i = 0; i < std::min(kept.size(), gold.size()); ++i) kept[i].gold = gold[i];
}

void print_alignments(const std::vector<Shown>& all, const AttendFlags& flags,
                      std::span<const GoldAlignment> gold) {
  for (const auto& [model, alignments] : all) {
    if (flags.alignments) {
      for (const Alignment& alignment : alignments) fmt::print("{}\n", to_pharaoh(alignment));
    }
    if (flags.gold.empty()) continue;
    fmt::print("{}: alignment error rate {:.4f}\n", model.name, alignment_error_rate(alignments, gold));
  }
}

void write_page(std::vector<Shown> all, const AttendFlags& flags) {
  std::vector<ModelAttention> models;
  for (Shown& shown : all) {
    std::vector<SentenceAttention>& sentences = shown.model.sentences;
    if (sentences.size() > flags.shown) sentences.resize(flags.shown);
    models.push_back(std::move(shown.model));
  }
  write_text(flags.page, attention_page(models));
}

// What can only be wrong in the flags is found before a model is loaded.
void check(const AttendFlags& flags, std::size_t sentences) {
  check_options(flags.decoding);
  view_of(flags);
  const std::size_t matrices = flags.checkpoints.size() * sentences;
  if (!flags.svg.empty() && matrices != 1) {
    throw Error(
        fmt::format("--svg draws one matrix, of one checkpoint and one sentence, not of {} and {}; --out "
                    "holds any number",
                    flags.checkpoints.size(), sentences));
  }
  if (flags.alignments && flags.checkpoints.size() != 1)
    throw Error("--alignments writes a line for each sentence, of one checkpoint: give one --checkpoint");
  if ((flags.alignments || !flags.gold.empty()) && flags.kind != "cross")
    throw Error("alignments are between both languages: leave --kind at cross");
}

}  // namespace

int attend(AttendFlags flags) {
  const bool asked = flags.text || flags.alignments || flags.heads || !flags.page.empty() ||
                     !flags.svg.empty() || !flags.gold.empty();
  if (!asked) flags.text = true;
  const Texts texts = texts_of(flags);
  check(flags, texts.sentences.size());
  const std::vector<GoldAlignment> gold = read_gold(flags, texts.sentences.size());
  std::vector<Shown> all;
  for (std::size_t i = 0; i < flags.checkpoints.size(); ++i) all.push_back(read(flags, i, texts));
  for (Shown& shown : all) mark_gold(shown.model.sentences, gold);
  if (flags.text) print_text(all, flags);
  if (flags.alignments || !flags.gold.empty()) print_alignments(all, flags, gold);
  if (flags.heads) print_heads(all);
  if (!flags.svg.empty()) write_text(flags.svg, to_svg(matrix_for(all.front().model, 0, flags)));
  if (!flags.page.empty()) write_page(std::move(all), flags);
  return 0;
}

}  // namespace heed::translate
