"""Texts for training lines: what stands on Vietnamese certificates, with invented people, places and numbers.

Syllables follow the rules of Vietnamese spelling, so that the net learns which marks a letter can bear; closed lists are those
of the forms. Lists written here are common words of the language, not taken from a corpus.
"""

import pathlib
import re
import unicodedata

ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x".split() + [""] * 2
RIMES = """a ai ao au ay am an ang anh ac at ap ach ă.m ă.n ă.ng ă.c ă.t ă.p â.u â.y â.m â.n â.ng â.c â.t â.p e eo em en eng ec et ep
ê êu êm ên ênh êt êp êch i ia iu im in inh it ip ich iêu iêm iên iêng iêc iêt iêp o oa oai oay oe oi om on ong oc ot op oan oang oanh oac oat
oach oăn oăng oăt ô ôi ôm ôn ông ôc ôt ôp ơ ơi ơm ơn ơt ơp u ua ui um un ung uc ut up uê uơ uy uya uây uân uât uyên uyêt uynh uyt uôi uôm uôn uông uôc uôt
ư ưa ưi ưu ưng ưc ưt ươi ươu ươm ươn ương ươc ươt ươp y yêu yên yêm""".replace(".", "").split()
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
FAMILY = """Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Lâm Mai Trịnh Đào Cao Hà Lương Lưu Tạ Thái Tô Tống Trương Triệu Từ Vương Châu
Chu Cù Doãn Giáp Hứa Khổng Kiều La Lại Mạc Nghiêm Ninh Ông Phùng Quách Quản Sầm Thạch Thân Tiêu Trà Ung Vi Viên Bế Lò Lù Vàng Giàng Sùng Thào Hoa Bạch Âu Đàm Đồng Đường Lã Nông""".split()
MIDDLE = """Văn Thị Đức Hữu Minh Ngọc Thanh Quang Xuân Thu Hồng Kim Bảo Gia Hoài Hải Anh Công Đình Duy Khánh Mạnh Nhật Phương Quốc Tấn Thành Thế Tiến Trọng Tuấn Viết Việt Đăng Diệu
Huyền Khắc Linh Mỹ Như Phúc Quỳnh Thảo Thiên Thùy Trung Tường Uyên Vĩnh Ánh Bích Cẩm Chí Dạ Hạnh Hiền Lệ Mộng Nguyệt Phước Thục Tố Trâm Trúc Tú Yến Đại""".split()
GIVEN = """An Anh Ánh Ân Bách Bảo Bằng Bình Bích Cảnh Châu Chi Chiến Chính Chương Cúc Cường Dần Danh Diễm Diệp Diệu Dung Dũng Duy Duyên Dương Đại Đào Đạt Điệp Định Đoan Đông Đức Giang Giàu
Hà Hạ Hải Hân Hằng Hạnh Hào Hảo Hậu Hiên Hiền Hiển Hiệp Hiếu Hoa Hòa Hoài Hoàn Hoàng Hồng Huấn Huệ Hùng Huy Huyền Hương Hường Hữu Hưng Kha Khải Khang Khánh Khiêm Khoa Khôi Khuê Kiên Kiệt
Kiều Lâm Lan Lành Lê Lệ Liên Liễu Linh Loan Lộc Lợi Long Lụa Luân Luật Lực Lượng Ly Mai Mận Mạnh Mẫn Miên Minh Mơ My Mỹ Nam Nga Ngân Nghĩa Nghị Ngọc Nguyên Nguyệt Nhàn Nhân Nhật Nhi Nhiên
Nhung Như Ninh Nở Oanh Phát Phi Phong Phú Phúc Phụng Phương Phượng Quân Quang Quế Quốc Quý Quyên Quyết Quỳnh Sang Sáng Sen Sinh Sơn Sương Tài Tâm Tân Thắm Thái Thắng Thanh Thành Thảo Thạch
Thế Thi Thiện Thịnh Thọ Thoa Thu Thuận Thúy Thùy Thủy Thư Thương Tiên Tiến Tín Toàn Trang Trâm Trí Trinh Trọng Trúc Trung Trường Tú Tuấn Tùng Tuyền Tuyết Tường Tý Uyên Vân Vi Viên Việt Vinh
Vũ Vui Vượng Vy Xuân Xuyến Ý Yên Yến Chỉ Quả Thủ Dậu Sửu Hợi Mùi Ngọ Thìn Tỵ Mỵ Mị Mỷ Út Tư Sáu Bảy Tám Chín Mười Lài Hợp Khuyên Nhạn Quyến Sỹ Thơ Thêm Thiết Thuấn Trịnh Tuyến Uy Vượn Xoan Yểu Bưởi Chanh Cẩm Bổng Đốc Gấm Huyên Kỷ Lựu Ngần Ngoan Nhớ Nụ Phẩm Tẹo Thược""".split()
PROVINCES = """Hà Nội|Hải Phòng|Huế|Đà Nẵng|Cần Thơ|Hồ Chí Minh|An Giang|Bà Rịa - Vũng Tàu|Bắc Giang|Bắc Kạn|Bạc Liêu|Bắc Ninh|Bến Tre|Bình Định|Bình Dương|Bình Phước|Bình Thuận|Cà Mau|Cao Bằng|
Đắk Lắk|Đắk Nông|Điện Biên|Đồng Nai|Đồng Tháp|Gia Lai|Hà Giang|Hà Nam|Hà Tĩnh|Hà Tây|Hải Dương|Hậu Giang|Hòa Bình|Hưng Yên|Khánh Hòa|Kiên Giang|Kon Tum|Lai Châu|Lâm Đồng|Lạng Sơn|Lào Cai|
Long An|Nam Định|Nghệ An|Ninh Bình|Ninh Thuận|Phú Thọ|Phú Yên|Quảng Bình|Quảng Nam|Quảng Ngãi|Quảng Ninh|Quảng Trị|Sóc Trăng|Sơn La|Tây Ninh|Thái Bình|Thái Nguyên|Thanh Hóa|Thừa Thiên Huế|
Tiền Giang|Trà Vinh|Tuyên Quang|Vĩnh Long|Vĩnh Phúc|Yên Bái""".replace("\n", "").split("|")
DISTRICTS = """Ba Đình|Hoàn Kiếm|Đống Đa|Hai Bà Trưng|Thanh Xuân|Cầu Giấy|Hoàng Mai|Long Biên|Tây Hồ|Hà Đông|Bắc Từ Liêm|Nam Từ Liêm|Đông Anh|Gia Lâm|Sóc Sơn|Thanh Trì|Mê Linh|Ba Vì|Chương Mỹ|Đan Phượng|
Hoài Đức|Mỹ Đức|Phú Xuyên|Phúc Thọ|Quốc Oai|Thạch Thất|Thanh Oai|Thường Tín|Ứng Hòa|Sơn Tây|Văn Miếu|Quốc Tử Giám|Láng|Ô Chợ Dừa|Kim Liên|Giảng Võ|Ngọc Hà|Nghĩa Đô|Xuân Phương|Tây Mỗ|Đại Mỗ|
Từ Liêm|Phú Diễn|Đông Ngạc|Thượng Cát|Khương Đình|Phương Liệt|Định Công|Hoàng Liệt|Yên Sở|Lĩnh Nam|Vĩnh Tuy|Bồ Đề|Phúc Lợi|Việt Hưng|Yên Nghĩa|Kiến Hưng|Dương Nội|Phú Lương|Quang Minh|Tiên Phong|
Ninh Kiều|Bình Thạnh|Gò Vấp|Thủ Đức|Hải Châu|Sơn Trà|Lê Chân|Ngô Quyền|Tam Đảo|Mộc Châu|Nghĩa Lộc|Quỳnh Lưu|Diễn Châu""".replace("\n", "").split("|")
PEOPLES = """Kinh Tày Thái Mường Khmer Hoa Nùng Hmông Dao Gia-rai Ê-đê Ba-na Xơ-đăng|Sán Chay|Cơ-ho|Chăm|Sán Dìu|Hrê|Mnông|Ra-glai|Xtiêng|Bru-Vân Kiều|Thổ|Giáy|Cơ-tu|Gié-Triêng|Mạ|Khơ-mú|Co|Tà-ôi|Chơ-ro|Kháng|
Xinh-mun|Hà Nhì|Chu-ru|Lào|La Chí|La Ha|Phù Lá|La Hủ|Lự|Lô Lô|Chứt|Mảng|Pà Thẻn|Cơ Lao|Cống|Bố Y|Si La|Pu Péo|Brâu|Ơ Đu|Rơ-măm|Ngái""".replace("\n", "").replace(" Tày", "|Tày").replace(
    " Thái Mường Khmer Hoa Nùng Hmông Dao Gia-rai Ê-đê Ba-na Xơ-đăng", "|Thái|Mường|Khmer|Hoa|Nùng|Hmông|Dao|Gia-rai|Ê-đê|Ba-na|Xơ-đăng").split("|")
NATIONS = "Việt Nam|Lào|Campuchia|Trung Quốc|Hàn Quốc|Nhật Bản|Đài Loan|Hoa Kỳ|Pháp|Đức|Úc|Ca-na-đa|Xin-ga-po|Liên bang Nga|Anh|Không quốc tịch".split("|")
NUMBER_WORDS = "không một hai ba bốn năm sáu bảy tám chín mười mươi mốt tư lăm trăm nghìn ngàn linh lẻ triệu phẩy mùng bẩy".split()
LABELS = """Họ, chữ đệm, tên|Họ và tên|Họ tên|Ngày, tháng, năm sinh|Ghi bằng chữ|Bằng chữ|Giới tính|Dân tộc|Quốc tịch|Nơi sinh|Quê quán|Số định danh cá nhân|Nơi cư trú|Giấy tờ tùy thân|Năm sinh|Tuổi|
Nơi đăng ký kết hôn|Họ, chữ đệm, tên người mẹ|Họ, chữ đệm, tên người cha|Người đi khai sinh|Người đi đăng ký khai sinh|Nơi đăng ký khai sinh|Số vào sổ cấp giấy chứng nhận|Địa chỉ thường trú|Địa chỉ|Thửa đất số|
Tờ bản đồ số|Diện tích|Loại đất|Thời hạn sử dụng|Thời hạn sử dụng đất|Hình thức sử dụng|Nguồn gốc sử dụng|Mục đích sử dụng|Nơi cấp|Ngày cấp|Họ, chữ đệm, tên chồng|Họ, chữ đệm, tên vợ|
Tình trạng hôn nhân|Cơ quan cấp|Nguyên nhân chết|Đã chết vào lúc|Nơi chết|Giấy báo tử|Số|Số giấy|Ngày, tháng, năm đăng ký|Đăng ký tại|Quan hệ với người được khai sinh|Nghề nghiệp|
Thường trú/Tạm trú|Nơi thường trú|Chứng minh nhân dân số|Căn cước công dân số|Hộ chiếu số|Kết cấu|Ghi chú|Nhà ở|Cây lâu năm|Số tờ|Người ký|Người thực hiện|Ngày đăng ký|Quyển số|Mã số""".replace("\n", "").split("|")
HEADINGS = """CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM|Độc lập - Tự do - Hạnh phúc|GIẤY KHAI SINH|GIẤY KHAI SINH (BẢN SAO)|(BẢN SAO)|TRÍCH LỤC KHAI TỬ|TRÍCH LỤC KHAI SINH|TRÍCH LỤC KẾT HÔN (BẢN SAO)|GIẤY CHỨNG TỬ|
GIẤY CHỨNG NHẬN KẾT HÔN|GIẤY CHỨNG NHẬN|QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT|QUYỀN SỬ DỤNG ĐẤT|QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT|ỦY BAN NHÂN DÂN|UBND|CHỦ TỊCH|
PHÓ CHỦ TỊCH|KT. CHỦ TỊCH|TM. ỦY BAN NHÂN DÂN|NGƯỜI KÝ GIẤY KHAI SINH|CÔNG CHỨC TƯ PHÁP - HỘ TỊCH|GIÁM ĐỐC|CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI|SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG|Ký, ghi rõ họ, chữ đệm, tên và đóng dấu|
(Ký, ghi rõ họ, chữ đệm, tên, chức vụ và đóng dấu)|(Đã ký)|Người thực hiện|Nơi nhận:|Như trên;|Lưu: VT, HT.|MẬT|TỐI MẬT|TUYỆT MẬT|SAO Y BẢN CHÍNH|GIẤY CHỨNG NHẬN NUÔI CON NUÔI|GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN|
Phần ghi chú những thông tin thay đổi sau này|I. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất|II. Thửa đất, nhà ở và tài sản khác gắn liền với đất|III. Sơ đồ thửa đất|IV. Những thay đổi sau khi cấp giấy chứng nhận|
Chồng|Vợ|Mẹ|Cha|NGƯỜI CHẾT|NGƯỜI ĐƯỢC KHAI SINH|1. Thửa đất:|2. Nhà ở:|3. Công trình xây dựng khác:|4. Rừng sản xuất là rừng trồng:|5. Cây lâu năm:|6. Ghi chú:|a) Thửa đất số:|b) Địa chỉ:|c) Diện tích:""".replace("\n", "").split("|")
PHRASES = """Công nhận quyền sử dụng đất như giao đất có thu tiền sử dụng đất|Nhà nước giao đất có thu tiền sử dụng đất|Nhận chuyển nhượng đất|Đất ở tại đô thị|Đất ở tại nông thôn|Đất trồng cây lâu năm|Đất trồng cây hàng năm khác|
Đất chuyên trồng lúa nước|Lâu dài|Sử dụng riêng|Sử dụng chung|Không|Nam|Nữ|Già yếu|Bệnh tim|Suy hô hấp|Suy hô hấp cấp|Suy tim|Suy thận mạn|Nhồi máu cơ tim|Đột quỵ|Tai biến mạch máu não|Ung thư phổi|Ung thư gan|Xơ gan|Viêm phổi|Đuối nước|Tuổi già sức yếu|Ốm già|Chấn thương sọ não|Nhiễm trùng huyết|Tai nạn giao thông|Kết hôn lần đầu|Kết hôn lần thứ hai|Đã ly hôn|Chưa đăng ký kết hôn|Bệnh viện Phụ sản|Bệnh viện Đa khoa|
Trạm y tế|Cục Cảnh sát quản lý hành chính về trật tự xã hội|Bộ Công an|Công an thành phố|Cục trưởng|Cục Cảnh sát QLHC về TTXH|Cục CS QLHC về TTXH|Cục Cảnh sát ĐKQL cư trú và DLQG về dân cư|CA tỉnh|Công an tỉnh|CA TP Hà Nội|Thẻ căn cước công dân số|Khẩu trang y tế|Tại nhà riêng|giờ|phút|ngày|tháng|năm|Ông:|Bà:|và vợ là bà|và chồng là ông|
Hộ ông|Hộ bà|sinh năm|địa chỉ thường trú|mét vuông|Cấp lại|Đăng ký lại|Đăng ký quá hạn|Cải chính|theo Quyết định số|Đăng ký khai sinh đúng hạn|cha mẹ chưa đăng ký kết hôn|Cấp bản chính""".replace("\n", "").split("|")
PLACE = ["xã", "phường", "thị trấn", "huyện", "quận", "thị xã", "thôn", "ấp", "xóm", "tổ dân phố", "khu phố", "bản", "buôn", "đội", "tổ"]
HIGH_FIRST = "Ea Ia Đắk Đăk Krông Cư Chư Buôn Dray Kon Pleiku Đạ Y H' Rơ Plei Ya".split()
HIGH_ONSETS = "b bh br bl c ch cr d đ dr dl đr g gr h hl hr j k kb kd kh kl km kn kp kr kt ktl l m ml mn n nh ng p pl pr r s sr t th tl tr y".split()
HIGH_RIMES = "a ai am an ang ap ar at âl âm âp ao e êh ê êl eng iê iêng iêr ih il im in ing iông o ôi ôn ông ơ ơi ơng op or ôr ôt u ua uê uêh ul um un ung uôl uôn uôr up ư ưng ưt ir ur ăk ăn ăng ăl ắc ắk ẫm eo âu".split()
STREETS = """Giải Phóng|Trần Hưng Đạo|Lý Thường Kiệt|Nguyễn Trãi|Láng Hạ|Kim Mã|Hàng Bạc|Hàng Đào|Phố Huế|Bà Triệu|Lê Duẩn|Xuân Thủy|Cầu Giấy|Tôn Đức Thắng|Khâm Thiên|Ngọc Khánh|Đội Cấn|Hoàng Hoa Thám|Thụy Khuê|
Âu Cơ|Nghi Tàm|Trường Chinh|Minh Khai|Bạch Mai|Đại Cồ Việt|Quang Trung|Hai Bà Trưng|Điện Biên Phủ""".replace("\n", "").split("|")
VOWELS = "aăâeêioôơuưy"


def nfc(text):
    return unicodedata.normalize("NFC", text)


def listed(file):
    """Names of administrative units in the forms' own data, when the repository is there."""
    data = pathlib.Path(__file__).resolve().parents[2] / "src/inspect/units" / file
    found = re.findall(r'"([^"]{2,})"', data.read_text(encoding="utf-8")) if data.exists() else []
    return [name for names in found for name in names.split("|") if name[:1].isupper() and len(name) <= 40]


UNITS = PROVINCES + listed("provinces.toml")
COMMUNES = DISTRICTS + listed("districts.toml")


def syllable(r):
    onset, rime, tone = r.choice(ONSETS), r.choice(RIMES), r.choice(TONES)
    front = rime[0] in "eêiy"
    if onset == "c":
        onset = "k" if front else "c"
    elif onset == "g" and front:
        onset = "gh"
    elif onset == "ng" and front:
        onset = "ngh"
    elif onset == "gi" and rime[0] == "i":
        rime = rime[1:] or "i"
        onset = "g" if rime == "i" else "gi"
    elif onset == "qu":
        rime = {"u": "y", "o": "a", "ô": "ê", "ư": "ơ"}.get(rime[0], rime[0]) + rime[1:] if rime[0] in "uoôư" else rime
    if rime[-1] in "cpt" or rime.endswith("ch"):
        tone = r.choice(["\u0301", "\u0323"])
    marked = [at for at, sign in enumerate(rime) if sign in "ăâêôơư"]
    vowels = [at for at, sign in enumerate(rime) if sign in VOWELS]
    if not vowels:
        return nfc(onset + rime)
    if marked:
        at = marked[-1]
    elif len(vowels) > 1 and vowels[-1] == len(rime) - 1:
        at = vowels[-2]
        if rime in ("oa", "oe", "uy") and r.random() < 0.5:
            at = vowels[-1]
    else:
        at = vowels[-1]
    return nfc(onset + rime[: at + 1] + tone + rime[at + 1 :])


def word(r):
    return r.choice(r.choice([GIVEN, GIVEN, MIDDLE, FAMILY])) if r.random() < 0.5 else syllable(r).capitalize()


def name(r):
    parts = [r.choice(FAMILY) if r.random() < 0.85 else syllable(r).capitalize()]
    parts += [r.choice(MIDDLE) if r.random() < 0.8 else syllable(r).capitalize() for _ in range(r.choice([0, 1, 1, 1, 2, 2]))]
    parts.append(r.choice(GIVEN) if r.random() < 0.8 else syllable(r).capitalize())
    text = " ".join(parts)
    return text.upper() if r.random() < 0.5 else text


def highland(r):
    """Names of the Central Highlands, whose spelling is not that of Vietnamese: Ea Kuêh, Krông Pắc, Y Bhiông Niê."""
    part = lambda: (r.choice(HIGH_ONSETS) + r.choice(HIGH_RIMES)).capitalize()
    return " ".join([r.choice(HIGH_FIRST), *(part() for _ in range(r.choice([1, 1, 2])))])


def place(r):
    if r.random() < 0.06:
        return highland(r)
    return r.choice(r.choice([UNITS, COMMUNES, COMMUNES])) if r.random() < 0.55 else " ".join(word(r) for _ in range(r.choice([1, 2, 2, 2, 3])))


def address(r):
    parts = []
    if r.random() < 0.35:
        number = r.choice([str(r.randint(1, 999)), f"{r.randint(1, 99)}/{r.randint(1, 60)}", f"{r.randint(1, 200)}{r.choice('ABC')}"])
        street = r.choice(STREETS) if r.random() < 0.5 else " ".join(word(r) for _ in range(2))
        parts.append(r.choice(["Số {} ngõ {}", "Số {} phố {}", "Số {} đường {}", "{} {}", "Số nhà {}, {}"]).format(number, street))
    for _ in range(r.choice([0, 1, 1, 2])):
        kind = r.choice(PLACE)
        parts.append(f"{kind} {r.randint(1, 30)}" if kind.startswith(("tổ", "đội", "khu")) and r.random() < 0.6 else f"{kind} {place(r)}")
    if r.random() < 0.6 or not parts:
        parts.append(r.choice(["tỉnh {}", "thành phố {}", "TP. {}", "{}", "TP {}", "Thành phố {}", "Tỉnh {}"]).format(r.choice(UNITS)))
    text = r.choice([", ", ", ", ", ", " - ", ","]).join(parts)
    return text[:1].upper() + text[1:] if r.random() < 0.7 else text


def digits(r, count):
    return "".join(r.choice("0123456789") for _ in range(count))


def date(r):
    d, m, y = r.randint(1, 31), r.randint(1, 12), r.randint(1920, 2030)
    return r.choice(
        [f"{d:02d}/{m:02d}/{y}"] * 4
        + [f"{d:02d}-{m:02d}-{y}", f"{d:02d}.{m:02d}.{y}", f"ngày {d:02d} tháng {m:02d} năm {y}", f"Ngày {d} tháng {m} năm {y}", f"{d}/{m}/{y}", str(y), f"{m:02d}/{y}",
           f"{d:02d} / {m:02d} / {y}", f"{r.randint(0, 23)} giờ {r.randint(0, 59):02d} phút, ngày {d:02d}/{m:02d}/{y}", f"ngày {d:02d} tháng {m:02d} năm {y}"]
    )


def number(r):
    n = lambda count: digits(r, count)
    y = r.randint(1990, 2030)
    return r.choice(
        [lambda: n(12), lambda: n(9), lambda: n(12), lambda: f"0{n(2)}{n(9)}", lambda: f"{r.randint(1, 999)}/{y}", lambda: f"{n(2)}/{y}", lambda: f"{n(12)}, cấp ngày {date(r)}",
         lambda: f"{r.choice('ABCD')}{r.choice('ABCDEFGHKLMNOPQRSTUVX')} {n(6)}", lambda: f"{r.choice('ABCD')}{r.choice('ABCDEFGHKLMNOPQRSTUVX')} {n(8)}", lambda: f"{r.randint(1, 999)},{n(1)} m²",
         lambda: f"{r.randint(1, 9999)} m²", lambda: n(r.randint(1, 4)), lambda: f"CS{n(5)}", lambda: f"CH {n(5)}", lambda: f"{n(2)}/{n(4)}-BS", lambda: f"CMND số {n(9)}", lambda: f"CCCD số {n(12)}",
         lambda: f"{r.randint(1, 400)}/{y}/TLKT-BS", lambda: f"Số: {r.randint(1, 400)}/{y}", lambda: f"Quyển số: {n(2)}/{y}", lambda: f"VP{n(5)}", lambda: f"{n(3)}.{n(3)} {n(3)}", lambda: f"H {n(5)}/{n(3)}",
         lambda: f"{r.randint(1, 99)},{n(2)}", lambda: f"{r.randint(1, 40)}.{n(3)}", lambda: f"{n(4)} {n(4)} {n(4)}", lambda: f"{r.randint(10, 99)}-{n(4)}"]
    )()


def identity(r):
    """An identity paper as it is written into a form."""
    kind = r.choice(["Căn cước công dân số", "CCCD số", "Thẻ căn cước số", "Chứng minh nhân dân số", "CMND số", "Căn cước công dân", "Hộ chiếu số"])
    by = r.choice(["Cục Cảnh sát QLHC về TTXH", "Cục CS QLHC về TTXH", "Cục Cảnh sát ĐKQL cư trú và DLQG về dân cư", "Bộ Công an", f"Công an tỉnh {r.choice(UNITS)}", f"Công an TP {r.choice(UNITS)}", f"CA {r.choice(UNITS)}"])
    return f"{kind} {digits(r, r.choice([12, 12, 12, 9]))}" + r.choice([", ", " ", "; "]) + r.choice([f"{by} cấp ngày {date(r)}", f"do {by} cấp ngày {date(r)}", f"cấp ngày {date(r)}"])


def inscription(r):
    """What stands around a seal, on its upper arc (or the lower one)."""
    k = r.random()
    if k < 0.72:
        rank = r.choice(["XÃ", "XÃ", "PHƯỜNG", "PHƯỜNG", "THỊ TRẤN", "HUYỆN", "QUẬN", "THỊ XÃ", "THÀNH PHỐ", "TỈNH", "ĐẶC KHU"])
        named = str(r.randint(1, 28)) if rank in ("PHƯỜNG", "QUẬN") and r.random() < 0.2 else place(r)
        return f"{r.choice(['ỦY BAN NHÂN DÂN', 'ỦY BAN NHÂN DÂN', 'UỶ BAN NHÂN DÂN', 'U.B.N.D'])} {rank} {named}".upper()
    if k < 0.82:
        return r.choice(["SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG", "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", "CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", "SỞ TƯ PHÁP", "PHÒNG CÔNG CHỨNG SỐ 1", "PHÒNG TƯ PHÁP"])
    return f"{r.choice(['TỈNH', 'T.', 'TP.', 'H.', 'Q.', 'HUYỆN', 'QUẬN', 'THÀNH PHỐ'])} {place(r)}{r.choice(['', ' - T. ' + r.choice(UNITS), ' - TP. ' + r.choice(UNITS)])}".upper()


def in_words(r):
    if r.random() < 0.5:
        ones = "một hai ba bốn năm sáu bảy tám chín".split()
        day = r.choice(["mùng " + r.choice(ones + ["mười"]), "mười " + r.choice(ones), "hai mươi " + r.choice(ones), "ba mươi", "ba mươi mốt"])
        month = r.choice(ones + ["mười", "mười một", "mười hai", "tư", "giêng"])
        year = r.choice(["một nghìn chín trăm", "hai nghìn không trăm", "hai nghìn"]) + " " + r.choice(["", "linh ", "lẻ "]) + r.choice(ones) + r.choice([" mươi ", " mươi ", " "]) + r.choice(ones + ["mốt", "tư", "lăm"])
        text = f"{r.choice(['ngày ', ''])}{day}, tháng {month}, năm {year}" if r.random() < 0.6 else f"ngày {day} tháng {month} năm {year}"
    else:
        text = " ".join(r.choice(NUMBER_WORDS) for _ in range(r.randint(3, 10)))
    return text.capitalize() if r.random() < 0.65 else text


def value(r):
    return r.choices([name, address, date, number, in_words, lambda r: r.choice(PHRASES), lambda r: r.choice(NATIONS), lambda r: r.choice(PEOPLES), identity], [20, 20, 14, 15, 8, 11, 4, 5, 4])[0](r)


def drill(r):
    """Syllables that differ by one mark."""
    base = syllable(r)
    plain = unicodedata.normalize("NFD", base)
    tones = [part for part in plain if part in TONES[1:]]
    other = [nfc(plain.replace(tones[0], tone)) if tones else base for tone in r.sample(TONES[1:], 3)]
    swap = r.choice([("d", "đ"), ("đ", "d"), ("o", "ô"), ("ô", "ơ"), ("u", "ư"), ("a", "ă"), ("ă", "â"), ("e", "ê"), ("n", "m"), ("l", "i")])
    words = [base, nfc(base.replace(*swap)), *other]
    r.shuffle(words)
    text = " ".join(words[: r.randint(2, 5)])
    return r.choice([text, text.title(), text.upper()])


def text(r):
    """One line as (label, value): either may be empty; the label is the form's print, the value what was filled in."""
    k = r.random()
    if k < 0.46:
        return "", value(r)
    if k < 0.72:
        label = r.choice(LABELS) + r.choice([":", ":", " :", ": ", ""])
        return label, value(r)
    if k < 0.80:
        first, second = r.choice(LABELS), r.choice(LABELS)
        return "", f"{first}: {value(r)} {second}: {value(r)}"
    if k < 0.85:
        return "", r.choice(HEADINGS)
    if k < 0.91:
        return "", drill(r)
    if k < 0.95:
        line = " ".join(syllable(r) for _ in range(r.randint(1, 8)))
        line = r.choice([line, line.capitalize(), line.title(), line.upper()])
        return "", line if r.random() < 0.75 else line + r.choice([";", ".", ",", " (" + syllable(r) + ")", " - " + syllable(r), " 50%", "?", "!", " & " + word(r), " = " + digits(r, 2), " +" + digits(r, 2), "*"])
    if k < 0.97:
        return "", r.choice(LABELS) + r.choice([":", "", ".", ";"])
    return "", value(r) + r.choice([", ", "; ", ". "]) + value(r)
