#include "api/dialects/omflow/messages.h"

#include "platform/http/form.h"

#include <algorithm>
#include <array>

namespace cinnabar::omflow {
namespace {

struct Entry {
  Text what;
  std::array<std::string_view, kLanguageCount> words;  // in the order of Language
};

constexpr std::array<Entry, kTextCount> kCatalogue{{
    {Text::obtained, {"取得成功。", "Success.", "成功。", "取得成功。"}},
    {Text::created, {"開單成功。", "Create data successfully.", "作成しました。", "开单成功。"}},
    {Text::pushed, {"推單成功。", "Push the data successfully.", "推進しました。", "推单成功。"}},
    {Text::deleted, {"刪除成功。", "Delete successfully.", "削除されました。", "删除成功。"}},
    {Text::queried, {"查詢成功。", "The query was successful.", "検索成功。", "查询成功。"}},
    {Text::read, {"讀取成功。", "Read successfully.", "読み込みました。", "读取成功。"}},
    {Text::built, {"建立成功。", "Created successfully.", "作成しました。", "建立成功。"}},
    {Text::searched, {"搜尋成功。", "Searched successfully.", "検索成功。", "搜寻成功。"}},
    {Text::uploaded,
     {"上傳成功。", "Uploaded successfully.", "アップロードしました。", "上传成功。"}},
    {Text::user_unusable,
     {"使用者不存在或未啟用。", "User does not exist or is not enabled.",
      "ユーザーが存在しないか、起動されていません。", "使用者不存在或未启用。"}},
    {Text::login_failed, {"登入失敗。", "Login failed.", "ログインに失敗しました。", "登入失败。"}},
    {Text::user_missing,
     {"使用者不存在。", "User does not exist.", "ユーザーが存在しません。", "使用者不存在。"}},
    {Text::url_wrong,
     {"URL錯誤，請確認後重新發送請求。", "URL error, please confirm and resend the request.",
      "URLエラー、もう一度送信してください。", "URL错误，请确认后重新发送请求。"}},
    {Text::parameter_missing,
     {"缺少參數：", "Missing parameter: ", "引数がありません：", "缺少参数："}},
    {Text::code_missing,
     {"缺少安全碼。", "The security code is missing.", "コードがありません。", "缺少安全码。"}},
    {Text::code_wrong,
     {"安全碼錯誤，請確認安全碼或重新取得新的安全碼。",
      "The security code is wrong. Please confirm the security code or obtain a new security code.",
      "コードが間違っています。コードを確認してください。または，新しいコードを入手してください。",
      "安全码错误，请确认安全码或重新取得新的安全码。"}},
    {Text::code_expired,
     {"安全碼過期，請重新取得新的安全碼。",
      "The security code has expired. Please obtain a new security code.",
      "コードの有効期限が切れています。新しいコードを入手してください。",
      "安全码过期，请重新取得新的安全码。"}},
    {Text::too_many_attempts,
     {"嘗試次數過多，請稍後再試。", "Too many attempts. Please try again later.",
      "試行回数が多すぎます。しばらくしてからもう一度お試しください。",
      "尝试次数过多，请稍后再试。"}},
    {Text::create_failed_because,
     {"開單失敗：", "Failed to create data: ", "作成に失敗しました：", "开单失败："}},
    {Text::push_failed_because,
     {"推單失敗：", "Failed to push data: ", "推進に失敗しました：", "推单失败："}},
    {Text::query_failed_because,
     {"查詢失敗，錯誤訊息如下：", "Query failed, the error message is as follows: ",
      "検索失敗，エラー：", "查询失败，错误讯息如下："}},
    {Text::query_failed, {"查詢失敗。", "Query failed.", "クエリに失敗しました。", "查询失败。"}},
    {Text::argument_missing,
     {"缺少必要參數，請確認後重新發送請求。",
      "Missing necessary parameters, please confirm and resend the request.",
      "必要な引数がありません。もう一度送信してください。",
      "缺少必要参数，请确认后重新发送请求。"}},
    {Text::argument_empty,
     {"必要參數為空，請確認後重新發送請求。",
      "The necessary parameters are empty, please confirm and resend the request.",
      "必要な引数が空です。もう一度送信してください。", "必要参数为空，请确认后重新发送请求。"}},
    {Text::action_wrong,
     {"請提供正確的動作，新增、編輯或刪除。",
      "Please provide the correct action to add, edit or delete.",
      "正しい操作(作成、編集、削除)をしてください", "请提供正确的动作，新增、编辑或删除。"}},
    {Text::flow_unknown,
     {"找不到流程。", "Cannot find the flow.", "フローが見つかりません。", "找不到流程。"}},
    {Text::flow_disabled,
     {"該流程目前為停用狀態。", "The flow is currently disabled.",
      "このフローは現在停止になっています。", "该流程目前为停用状态。"}},
    {Text::api_disabled,
     {"該流程未啟用API呼叫。", "API call is not enabled for this flow.",
      "フローではAPI呼び出しが有効になっていません。", "该流程未启用API呼叫。"}},
    {Text::not_permitted,
     {"您沒有權限進行此操作。", "You do not have permission to perform this operation.",
      "アクセス権限がないので、操作できません。", "您没有权限进行此操作。"}},
    {Text::field_required,
     {"缺少必填欄位。", "Missing required fields.", "必要なフィールドがありません。",
      "缺少必填栏位。"}},
    {Text::field_unknown,
     {"找不到欄位。", "The field could not be found.", "フィールドが見つかりません。",
      "找不到栏位。"}},
    {Text::field_malformed,
     {"欄位格式錯誤，請修正後重新發送請求。",
      "The field has a wrong format, please correct it and resend the request.",
      "フィールドの形式が間違っています。もう一度送信してください。",
      "栏位格式错误，请修正后重新发送请求。"}},
    {Text::field_option_unknown,
     {"找不到選項。", "The option could not be found.", "選択肢が見つかりません。",
      "找不到选项。"}},
    {Text::field_too_long,
     {"欄位內容過長。", "The content of the field is too long.", "フィールドの内容が長すぎます。",
      "栏位内容过长。"}},
    {Text::field_not_unique,
     {"欄位值重複。", "The value of the field must be unique.", "フィールドの値が重複しています。",
      "栏位值重复。"}},
    {Text::field_read_only,
     {"欄位為唯讀。", "The field is read only.", "フィールドは読み取り専用です。", "栏位为只读。"}},
    {Text::variable_required,
     {"缺少必填變數：", "Missing required variable: ", "必要な変数がありません：",
      "缺少必填变数："}},
    {Text::data_unknown,
     {"找不到該筆資料。", "The data cannot be found.", "資料が見つかりません。",
      "找不到该笔资料。"}},
    {Text::not_at_manual_point,
     {"該流程目前並未處於人工處理點，無法人工推進流程。",
      "The flow is currently not at a manual flowing point, and the flow cannot be advanced "
      "manually.",
      "フローは現在手動処理ポイントにないため、フローを手動で進めることはできません。",
      "该流程目前并未处于人工处理点，无法人工推进流程。"}},
    {Text::validation_failed,
     {"驗證失敗。", "verification failed.", "検証フローに失敗しました。", "验证失败。"}},
    {Text::quick_action_unknown,
     {"找不到快速操作。", "The quick action could not be found.", "クイック操作が見つかりません。",
      "找不到快速操作。"}},
    {Text::feature_disabled,
     {"該流程未啟用此功能。", "This feature is not enabled for this flow.",
      "フローではこの機能が有効になっていません。", "该流程未启用此功能。"}},
    {Text::person_unknown,
     {"找不到使用者或群組。", "The user or group could not be found.",
      "ユーザーまたはグループが見つかりません。", "找不到使用者或群组。"}},
    {Text::file_too_large,
     {"檔案過大。", "The file is too large.", "ファイルが大きすぎます。", "档案过大。"}},
    {Text::file_type_refused,
     {"不接受此類型的檔案。", "Files of this type are not accepted.",
      "この種類のファイルは受け付けられません。", "不接受此类型的档案。"}},
    {Text::file_missing,
     {"缺少檔案。", "The file is missing.", "ファイルがありません。", "缺少档案。"}},
    {Text::file_unexpected,
     {"檔案不屬於任何檔案欄位。", "The file belongs to no file field.",
      "ファイルに対応するフィールドがありません。", "档案不属于任何档案栏位。"}},
    {Text::upload_malformed,
     {"上傳內容不完整或格式錯誤。", "The upload is incomplete or malformed.",
      "アップロードの内容が不完全か、形式が間違っています。", "上传内容不完整或格式错误。"}},
    {Text::column_unknown,
     {"找不到欄位。", "The column could not be found.", "列が見つかりません。", "找不到栏位。"}},
    {Text::condition_malformed,
     {"條件格式錯誤。", "The condition is malformed.", "条件の形式が間違っています。",
      "条件格式错误。"}},
    {Text::operator_unknown,
     {"找不到條件字元。", "The operator of the condition is not known.", "条件の演算子が不明です。",
      "找不到条件字元。"}},
    {Text::condition_unmet,
     {"找不到符合的條件。", "No matching conditions were found.", "一致する条件は見つかりません。",
      "找不到符合的条件。"}},
    {Text::exists_already,
     {"資料已存在。", "The data exists already.", "資料は既に存在します。", "资料已存在。"}},
    {Text::argument_malformed,
     {"參數格式錯誤。", "The parameter is malformed.", "引数の形式が間違っています。",
      "参数格式错误。"}},
    {Text::limit_exceeded,
     {"超過數量上限。", "A limit is exceeded.", "上限を超えています。", "超过数量上限。"}},
    {Text::changed_meanwhile,
     {"資料已被其他人更新，請重新查詢。", "The data was changed meanwhile, please query it again.",
      "資料は他のユーザーによって更新されました。もう一度検索してください。",
      "资料已被其他人更新，请重新查询。"}},
    {Text::busy,
     {"系統忙碌中，請稍後再試。", "The system is busy, please try again later.",
      "システムが混み合っています。しばらくしてからもう一度お試しください。",
      "系统忙碌中，请稍后再试。"}},
    {Text::internal,
     {"系統發生錯誤。", "A system error occurred.", "システムエラーが発生しました。",
      "系统发生错误。"}},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kTextCount; ++i) {
    if (static_cast<std::size_t>(kCatalogue[i].what) != i) return false;
    for (const std::string_view words : kCatalogue[i].words) {
      if (words.empty()) return false;
    }
  }
  return true;
}
static_assert(is_in_order(), "one row per text, in the order of the enumeration, none empty");

// In the order of Language.
constexpr std::array<std::string_view, kLanguageCount> kTags{"zh-hant", "en", "ja", "zh-hans"};

}  // namespace

Language pick_language(std::string_view accept_language) {
  const std::string tag = http::pick_language(accept_language, kTags, kTags.front());
  const auto found = std::find(kTags.begin(), kTags.end(), tag);
  return static_cast<Language>(found - kTags.begin());
}

std::string_view text(Text what, Language language) {
  return kCatalogue[static_cast<std::size_t>(what)].words[static_cast<std::size_t>(language)];
}

std::string text_about(Text what, std::string_view subject, Language language) {
  std::string out(text(what, language));
  if (subject.empty()) return out;
  const bool wide = language != Language::english;
  out += wide ? "（" : " (";
  out += subject;
  out += wide ? "）" : ")";
  return out;
}

}  // namespace cinnabar::omflow
