// A page that shows what models attend to: one HTML file that needs nothing else.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <heed/models/visual/attention_data.h>
#include <heed/models/visual/head_summary.h>

namespace heed {

// One checkpoint's share of a page.
struct ModelAttention {
  std::string name;                          // what tells it from the others: its run's directory
  std::string about;                         // model, preset, languages, steps
  bool attends = true;                       // false: a model without attention
  std::vector<SentenceAttention> sentences;  // of all models on a page the same
  HeadStatistics heads;                      // over these, and over any more that are not shown
};

// The page's data as JSON. Weights have the shortest digits that give the same float; of states some
// entries are shown, to three decimals.
std::string attention_json(std::span<const ModelAttention> models);

// The page. No text of the data can become markup: it stands in a JSON block without "<", and the page's
// program puts it into text nodes alone.
std::string attention_page(std::span<const ModelAttention> models);

}  // namespace heed
